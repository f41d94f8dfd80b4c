"""What there is to draw: one reading per arm and seed, never fewer."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seodang.figures.labels import FigureError, Language, Words

if TYPE_CHECKING:
    from seodang.evidence import ClaimEvidence, Evidence


@dataclass(frozen=True)
class Reading:
    """One seed's value; `diverged` is the step at which its training left the finite numbers."""

    seed: int
    value: float
    diverged: int | None = None

    @property
    def finite(self) -> bool:
        """Whether the value has a place on an axis."""
        return math.isfinite(self.value)


def readings(evidence: Evidence, arm: str, metric: str) -> list[Reading]:
    """Every seed of one arm, in seed order."""
    fallen = evidence.diverged.get(arm, {})
    values = evidence.arms[arm][metric]
    return [Reading(seed, value, fallen.get(seed)) for seed, value in zip(evidence.seeds, values, strict=True)]


def median(values: Iterable[float]) -> float:
    """The median of the finite values; nan when there is none."""
    finite = [value for value in values if math.isfinite(value)]
    return statistics.median(finite) if finite else math.nan


def metrics(evidence: Evidence) -> list[str]:
    """The metrics of any arm, in the order in which they were recorded."""
    return list(dict.fromkeys(metric for values in evidence.arms.values() for metric in values))


def arms_with(evidence: Evidence, metric: str) -> list[str]:
    """The arms that recorded this metric, in order."""
    return [arm for arm, values in evidence.arms.items() if metric in values]


def shown(evidence: Evidence, metric: str | None) -> list[str]:
    """The metrics a figure draws: the one asked for, else the first, or all of them when each is a single number."""
    known = metrics(evidence)
    if metric is not None:
        if metric not in known:
            raise FigureError(
                f"metric {metric!r} is not in the evidence of {evidence.slug!r}: it has {', '.join(known) or 'none'}"
            )
        return [metric]
    return known if is_computed(evidence) else known[:1]


def is_computed(evidence: Evidence) -> bool:
    """Whether the numbers were derived: then a claim is checked, and no seed is a sample of anything."""
    return evidence.kind == "derivation"


def is_single(evidence: Evidence) -> bool:
    """Whether there is one number of each kind and no spread to show."""
    return is_computed(evidence) and len(evidence.seeds) == 1


def thresholds(claim: ClaimEvidence) -> list[float]:
    """The values at which the claim's answer changes, lowest first."""
    return [edge for edge in (claim.above, claim.below) if edge is not None]


def sides(claim: ClaimEvidence, words: Words) -> list[str]:
    """What a seed says left of, between and right of the thresholds."""
    if claim.above is not None and claim.below is not None:
        return [words.no, words.yes, words.no]
    return [words.no, words.yes] if claim.above is not None else [words.yes, words.no]


def headline(claim: ClaimEvidence, language: Language) -> str:
    """The judgement's first sentence."""
    return claim.sentence(language).partition(". ")[0].removesuffix(".") + "."


def fate(fallen: Iterable[Reading], words: Words) -> str:
    """Why these readings have no place on the axis: "diverged" when that is known of every one."""
    return words.not_finite if any(reading.diverged is None for reading in fallen) else words.diverged


def loss_ceiling(curves: Iterable[Sequence[Sequence[float]]]) -> float:
    """The largest loss that is drawn to scale: a few times what an untrained net has.

    A net that diverges passes 1e20 before it is not finite; on a scale that held it, nothing else could be seen.
    """
    begun = (median(line[0] for line in losses if line and math.isfinite(line[0])) for losses in curves)
    return 3 * max((loss for loss in begun if math.isfinite(loss)), default=math.inf)


def curve_median(losses: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """The median curve of one arm, (seeds, steps) -> (steps,).

    A loss that is not finite counts as larger than any other: the curve ends (inf) when half of the seeds have diverged.
    """
    longest = max(map(len, losses), default=0)
    columns = ([line[index] if index < len(line) else math.inf for line in losses] for index in range(longest))
    return tuple(statistics.median(value if math.isfinite(value) else math.inf for value in column) for column in columns)
