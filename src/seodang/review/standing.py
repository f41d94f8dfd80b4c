"""Where a learner stands with each question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seodang.review.due import every_card
from seodang.review.prediction import Prediction
from seodang.review.record import Record
from seodang.review.schedule import CardState
from seodang.review.scoring import counted, scored
from seodang.review.times import utc

STRONG_DAYS = 21
"""A card that keeps for three weeks counts as strong; Anki calls such a card mature."""


class State(StrEnum):
    """A learner's state of one question; docs/store.md defines each. Of those that fit, the last one listed holds."""

    UNTOUCHED = "untouched"
    PREDICTED = "predicted"
    RAN = "ran"
    """A result was seen, or a run of the book's claim was done."""
    EXPLAINED = "explained"
    """The explanation was read."""
    STRONG = "strong"
    """Its card keeps for at least STRONG_DAYS, and is not due."""
    DUE = "due"


@dataclass(frozen=True)
class Standing:
    """One question: the state, and what it rests on. What is not there is None."""

    slug: str
    state: State
    touched: datetime | None = None
    """When the learner last did something with it: predicted, ran, read or reviewed."""
    predicted: Prediction | None = None
    """The prediction that counts."""
    right: bool | None = None
    card: CardState | None = None
    due: datetime | None = None
    """When its card is due, or was."""


def standings(record: Record, slugs: Iterable[str], now: datetime) -> Mapping[str, Standing]:
    """Where the learner stands with each of these questions."""
    made, right = counted(record), {row.prediction.slug: row.right for row in scored(record)}
    ran = {result.slug for result in record.results} | set(record.ran)
    due = {card.card: card.since for card in every_card(record)}
    touched = last_touched(record)

    def state(slug: str) -> State:
        if slug in due and due[slug] <= utc(now):
            return State.DUE
        if slug in record.cards and record.cards[slug].stability >= STRONG_DAYS:
            return State.STRONG
        if slug in record.explained:
            return State.EXPLAINED
        if slug in ran:
            return State.RAN
        return State.PREDICTED if slug in made else State.UNTOUCHED

    return {
        slug: Standing(
            slug, state(slug), touched.get(slug), made.get(slug), right.get(slug), record.cards.get(slug), due.get(slug)
        )
        for slug in slugs
    }


def last_touched(record: Record) -> dict[str, datetime]:
    """When the learner last did something with each question, or reviewed each card."""
    touched = dict(record.explained)
    moments = (
        *((prediction.slug, prediction.at) for prediction in record.predictions),
        *((result.slug, result.at) for result in record.results),
        *record.ran.items(),
        *((state.card, state.last) for state in record.cards.values()),
    )
    for slug, at in moments:
        touched[slug] = max(at, touched.get(slug, at))
    return touched
