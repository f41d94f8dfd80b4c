"""A learner's doings, made short to write in a test: day 0 is a Friday, and every time is given in days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from seodang.review import Grade, Prediction, Result, Review, Scored

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def at(days: float) -> datetime:
    """Nine in the morning (UTC) so many days after day 0."""
    return FRIDAY + timedelta(days=days)


def predicted(slug: str, days: float, sure: int = 80, choice: str = "yes") -> Prediction:
    return Prediction(slug, choice, sure, at(days))


def result(slug: str, days: float, came_out: str = "yes") -> Result:
    return Result(slug, came_out, at(days))


def good(card: str, days: float) -> Review:
    return Review(card, Grade.GOOD, at(days))


def again(card: str, days: float) -> Review:
    return Review(card, Grade.AGAIN, at(days))


def row(sure: int, right: bool, slug: str = "q", days: float = 0) -> Scored:
    return Scored(predicted(slug, days, sure), "yes" if right else "no", right)
