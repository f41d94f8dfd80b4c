"""Times are timezone-aware and in UTC; a learner's day begins at one minute of the UTC day, and never in the evening."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)
MINUTES = 24 * 60
SMALL_HOURS = 4 * 60
"""Four in the morning, local time: who reviews at midnight is still in yesterday."""


def utc(at: datetime) -> datetime:
    """The same moment in UTC. A time without a timezone could be any moment: ValueError."""
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError(f"{at.isoformat()} has no timezone; give it one, such as datetime.now(UTC)")
    return at.astimezone(UTC)


def day_start(at: datetime, day_begins: int) -> datetime:
    """When the learner's day that holds this moment began. `day_begins`: minutes after midnight UTC."""
    shift = timedelta(minutes=day_begins)
    return (utc(at) - shift).replace(hour=0, minute=0, second=0, microsecond=0) + shift


def day_begins(offset: timedelta) -> int:
    """The minute of the UTC day at which a day begins (04:00) where clocks are `offset` ahead of UTC."""
    return (SMALL_HOURS - offset // timedelta(minutes=1)) % MINUTES
