"""Which predictions count, and how each of them came out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from seodang.review.prediction import Prediction, brier
from seodang.review.record import Record, Result


@dataclass(frozen=True)
class Scored:
    """A prediction that counts, and whether it was right."""

    prediction: Prediction
    came_out: str
    right: bool

    @property
    def brier(self) -> float:
        """0 is perfect, 0.25 what "50 %" always gets, 0.9801 the worst there is: 99 % sure, and wrong."""
        return brier(self.prediction.sure, self.right)


def counted(record: Record) -> dict[str, Prediction]:
    """Of every question the prediction that counts: the last one made before a result or the explanation was seen."""
    seen = first_seen(record)
    kept: dict[str, Prediction] = {}
    for prediction in record.predictions:
        slug = prediction.slug
        if slug in seen and prediction.at > seen[slug]:
            continue
        if slug not in kept or prediction.at >= kept[slug].at:
            kept[slug] = prediction
    return kept


def scored(record: Record) -> tuple[Scored, ...]:
    """Every prediction that counts and whose question came out at a single choice, oldest first."""
    out = came_out(record.results)
    made = (prediction for prediction in counted(record).values() if prediction.slug in out)
    rows = (Scored(made, out[made.slug], made.choice == out[made.slug]) for made in made)
    return tuple(sorted(rows, key=lambda row: (row.prediction.at, row.prediction.slug)))


def came_out(results: Iterable[Result]) -> dict[str, str]:
    """Of every question the choice that came out, by the latest result in which a single one did."""
    latest: dict[str, Result] = {}
    for result in results:
        if result.came_out and (result.slug not in latest or result.at >= latest[result.slug].at):
            latest[result.slug] = result
    return {slug: result.came_out for slug, result in latest.items()}


def first_seen(record: Record) -> dict[str, datetime]:
    """Of every question met, when its result or its explanation was first seen."""
    seen = dict(record.explained)
    for result in record.results:
        seen[result.slug] = min(result.at, seen.get(result.slug, result.at))
    return seen
