"""Learners: the one of a laptop, or the many of a school."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from seodang.locale import _
from seodang.review.times import MINUTES, day_begins, utc
from seodang.store.errors import StoreError
from seodang.store.kinds import Learner
from seodang.store.tables import learners


def by_handle(connection: Connection, handle: str) -> Learner | None:
    """Who has this handle."""
    row = connection.execute(select(learners).where(learners.c.handle == handle)).one_or_none()
    return None if row is None else _learner(row)


def everyone(connection: Connection) -> tuple[Learner, ...]:
    """Everyone, the first come first."""
    return tuple(_learner(row) for row in connection.execute(select(learners).order_by(learners.c.id)))


def make(connection: Connection, handle: str, at: datetime, name: str) -> Learner:
    """A new learner, whose day begins when it does on this machine. The handle must be free."""
    if by_handle(connection, handle) is not None:
        raise StoreError(_("{handle}: someone of this name is here already; choose another", handle=handle))
    offset = utc(at).astimezone().utcoffset() or timedelta(0)
    row = insert(learners).values(handle=handle, name=name, made_at=at, day_begins=day_begins(offset))
    return _learner(connection.execute(row.returning(learners)).one())


def begin_day_at(connection: Connection, learner: int, minutes: int) -> None:
    """Set when the learner's day begins; their cards are to be rebuilt after it."""
    if not 0 <= minutes < MINUTES:
        raise StoreError(
            _(
                "day_begins={minutes}: give the minute of the UTC day at which it begins, from 0 to {last}",
                minutes=minutes,
                last=MINUTES - 1,
            )
        )
    connection.execute(update(learners).where(learners.c.id == learner).values(day_begins=minutes))


def remove(connection: Connection, learner: int) -> None:
    """The learner, and by the foreign keys everything of theirs."""
    connection.execute(delete(learners).where(learners.c.id == learner))


def _learner(row: Row[Any]) -> Learner:
    return Learner(row.id, row.handle, row.name, row.made_at, row.day_begins)
