"""Which cards there are, which of them are due, in what order, and why: as data, for a page to put into words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from seodang.review.record import Record
from seodang.review.schedule import CardState, recall
from seodang.review.scoring import counted, first_seen, scored
from seodang.review.times import DAY, day_start, utc


class Reason(StrEnum):
    """Why a card is due, in the order in which cards are asked."""

    NEW_WRONG = "new_wrong"
    """Never reviewed; its question was predicted wrongly. The surest first: what surprises is remembered best."""
    FORGOTTEN = "forgotten"
    """Forgotten at its last review."""
    FADING = "fading"
    """Remembered at its last review; the probability of recalling it has fallen. The lowest first."""
    NEW_RIGHT = "new_right"
    """Never reviewed; its question was predicted rightly."""
    NEW_SEEN = "new_seen"
    """Never reviewed; its result was seen without a prediction, or none came out."""
    NEW_OWN = "new_own"
    """Never reviewed; a card of the learner's own."""


@dataclass(frozen=True)
class Due:
    """A card that is due, and the numbers behind the reason. What does not apply is None."""

    card: str
    reason: Reason
    since: datetime
    """When it became due."""
    days: int = 0
    """Whole days ago; 0 today."""
    sure: int | None = None
    """How sure the prediction was, in percent."""
    recall: float | None = None
    """The probability of recalling it today."""
    state: CardState | None = None


def due_cards(record: Record, now: datetime) -> tuple[Due, ...]:
    """The cards to review now, in the order to ask them."""
    today = day_start(now, record.day_begins)
    due = [_told(record, card, today) for card in every_card(record) if card.since <= utc(now)]
    return tuple(sorted(due, key=_turn))


def every_card(record: Record) -> Iterator[Due]:
    """Every card there is, due or not yet, with the reason it is or will be due; `days` and `recall` are not told."""
    for state in record.cards.values():
        yield Due(state.card, Reason.FORGOTTEN if state.forgotten else Reason.FADING, state.due, state=state)
    made, right = counted(record), {row.prediction.slug: row.right for row in scored(record)}
    for slug, met in first_seen(record).items():
        if slug not in record.cards:
            reason = _NEW[right.get(slug)]
            yield Due(slug, reason, _next_day(record, met), sure=made[slug].sure if slug in made else None)
    for own in record.own:
        if own.card not in record.cards:
            yield Due(own.card, Reason.NEW_OWN, _next_day(record, own.at))


_NEW = {True: Reason.NEW_RIGHT, False: Reason.NEW_WRONG, None: Reason.NEW_SEEN}
_PLACE = {reason: place for place, reason in enumerate(Reason)}


def _told(record: Record, due: Due, today: datetime) -> Due:
    """The card with the numbers of today."""
    chance = recall(due.state, today, record.day_begins) if due.state else None
    return replace(due, days=(today - day_start(due.since, record.day_begins)).days, recall=chance)


def _turn(due: Due) -> tuple[int, float, datetime, str]:
    first = due.recall if due.recall is not None else -(due.sure or 0)
    return _PLACE[due.reason], first, due.since, due.card


def _next_day(record: Record, at: datetime) -> datetime:
    return day_start(at, record.day_begins) + DAY
