"""Rows appended, and rows found by their key. Every writer holds its learner's lock first, so that nothing comes between."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, Table, and_, insert, select, update

from seodang.locale import _
from seodang.store.errors import StoreError
from seodang.store.tables import learners


def lock(connection: Connection, learner: int) -> Row[Any]:
    """The learner's row, held until the transaction ends: one learner's writers take turns. SQLite has one writer anyway."""
    row = connection.execute(select(learners).where(learners.c.id == learner).with_for_update()).one_or_none()
    return row if row is not None else missing(learner)


def found(connection: Connection, learner: int) -> Row[Any]:
    """The learner's row, read."""
    row = connection.execute(select(learners).where(learners.c.id == learner)).one_or_none()
    return row if row is not None else missing(learner)


def missing(learner: int) -> Row[Any]:
    """Say that there is no such learner."""
    raise StoreError(_("there is no learner {learner} here (any more); reload the page", learner=learner))


def append(connection: Connection, table: Table, learner: int, token: str | None, **values: Any) -> tuple[Row[Any], bool]:
    """The row with this token, and whether it is new: an intention that comes twice is one row. No token is a new one."""
    lock(connection, learner)
    token = token or uuid4().hex
    same = and_(table.c.learner_id == learner, table.c.token == token)
    row = connection.execute(select(table).where(same)).one_or_none()
    if row is not None:
        return row, False
    made = insert(table).values(learner_id=learner, token=token, **values).returning(table)
    return connection.execute(made).one(), True


def put(connection: Connection, table: Table, key: dict[str, Any], **values: Any) -> None:
    """Write the row of this key, whether it is there or not."""
    here = and_(*(table.c[name] == value for name, value in key.items()))
    if connection.execute(update(table).where(here).values(**values)).rowcount == 0:
        connection.execute(insert(table).values(**key, **values))
