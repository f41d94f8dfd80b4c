"""When a card is due: FSRS-6 with its default parameters and two grades, in whole days of the learner's.

A card's state is never set, only derived by replaying its reviews; nothing is random, so every replay agrees.

Ye, Su & Cao 2022, "A stochastic shortest path algorithm for optimizing spaced repetition scheduling", KDD; the
parameters and formulas of FSRS-6 are those of the package `fsrs`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from seodang.review.times import day_start, utc

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

    from seodang.review.record import Review

RETENTION = 0.9
"""A card is due when the probability of recalling it has fallen to this."""


@dataclass(frozen=True)
class CardState:
    """Where a card stands after its reviews."""

    card: str
    stability: float
    """Days until the probability of recalling it falls to 90 %."""
    difficulty: float
    """From 1 to 10."""
    due: datetime
    last: datetime
    """Its last review."""
    reviews: int
    lapses: int
    """How often it was forgotten after its first review."""
    forgotten: bool
    """Whether it was forgotten the last time."""


def replay(reviews: Iterable[Review], day_begins: int) -> CardState | None:
    """Where a card stands after these reviews of it, in the order of their times; None before the first."""
    state = None
    for review in sorted(reviews, key=lambda review: review.at):
        state = advance(state, review, day_begins)
    return state


def advance(state: CardState | None, review: Review, day_begins: int) -> CardState:
    """Where a card stands after one more review, which must not be older than the last: replay the log then."""
    from fsrs import Rating, State

    forgotten = review.grade == "again"
    if state is not None and (state.card != review.card or review.at < state.last):
        raise ValueError(f"{review} does not follow {state}")
    card = _card(state, day_begins)
    rating = Rating.Again if forgotten else Rating.Good
    card, _ = _scheduler().review_card(card, rating, day_start(review.at, day_begins))
    assert card.stability is not None
    assert card.difficulty is not None
    assert card.state is State.Review
    return CardState(
        card=review.card,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last=review.at,
        reviews=1 if state is None else state.reviews + 1,
        lapses=0 if state is None else state.lapses + forgotten,
        forgotten=forgotten,
    )


def recall(state: CardState, now: datetime, day_begins: int) -> float:
    """The probability of recalling the card today, by FSRS."""
    return _scheduler().get_card_retrievability(_card(state, day_begins), day_start(utc(now), day_begins))


def _card(state: CardState | None, day_begins: int) -> Card:
    """The card as FSRS has it: a number it does not use, and no due date read from a clock."""
    from fsrs import Card, State

    if state is None:
        return Card(card_id=0, due=datetime.fromtimestamp(0, UTC))
    return Card(
        card_id=0,
        state=State.Review,
        stability=state.stability,
        difficulty=state.difficulty,
        due=state.due,
        last_review=day_start(state.last, day_begins),
    )


@cache
def _scheduler() -> Scheduler:
    """No steps of minutes: a card seen today comes back tomorrow at the earliest. No fuzz: it draws from `random`."""
    from fsrs import Scheduler

    return Scheduler(desired_retention=RETENTION, learning_steps=(), relearning_steps=(), enable_fuzzing=False)
