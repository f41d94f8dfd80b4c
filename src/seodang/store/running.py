"""Runs asked for, and explorations kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from seodang.locale import _
from seodang.store.errors import StoreError
from seodang.store.kinds import Exploration, Run, RunStatus
from seodang.store.rows import append, lock
from seodang.store.tables import explorations, runs


def begin(
    connection: Connection,
    learner: int,
    slug: str,
    ledger: str,
    parameters: Mapping[str, Any],
    at: datetime,
    exploration: bool,
    token: str | None,
) -> Run:
    """The run written as running, or the one this token wrote before."""
    values = {"slug": slug, "ledger": ledger, "parameters": dict(parameters), "exploration": exploration}
    state = {"status": RunStatus.RUNNING, "started_at": at, "ended_at": None, "error": ""}
    row, _ = append(connection, runs, learner, token, **values, **state)
    return _run(row)


def end(connection: Connection, run: int, status: RunStatus, at: datetime, error: str) -> Run:
    """The run ended, unless it has ended already: what came first stays."""
    if status is RunStatus.RUNNING:
        raise StoreError(_("run {run}: it ends as done, cancelled or failed, not as running", run=run))
    running = (runs.c.id == run, runs.c.status == RunStatus.RUNNING)
    connection.execute(update(runs).where(*running).values(status=status, ended_at=at, error=error))
    return one(connection, run)


def one(connection: Connection, run: int) -> Run:
    """The run of this id."""
    row = connection.execute(select(runs).where(runs.c.id == run)).one_or_none()
    if row is None:
        raise StoreError(_("there is no run {run} here (any more); reload the page", run=run))
    return _run(row)


def of_learner(connection: Connection, learner: int, slug: str | None) -> tuple[Run, ...]:
    """Runs, oldest first; of one question or of all."""
    rows = select(runs).where(runs.c.learner_id == learner).order_by(runs.c.started_at, runs.c.id)
    if slug is not None:
        rows = rows.where(runs.c.slug == slug)
    return tuple(map(_run, connection.execute(rows)))


def unfinished(connection: Connection) -> tuple[Run, ...]:
    """Every learner's runs that have not ended: after a restart they go on from their ledgers."""
    rows = select(runs).where(runs.c.status == RunStatus.RUNNING).order_by(runs.c.started_at, runs.c.id)
    return tuple(map(_run, connection.execute(rows)))


def explore(
    connection: Connection,
    learner: int,
    slug: str,
    ledger: str,
    parameters: Mapping[str, Any],
    name: str,
    at: datetime,
    token: str | None,
) -> Exploration:
    """The exploration written, or the one this token wrote before."""
    values = {"slug": slug, "ledger": ledger, "parameters": dict(parameters), "name": name, "at": at}
    row, _ = append(connection, explorations, learner, token, **values)
    return _exploration(row)


def explored(connection: Connection, learner: int, slug: str | None) -> tuple[Exploration, ...]:
    """Explorations kept, oldest first; of one question or of all."""
    mine = explorations.c.learner_id == learner
    rows = select(explorations).where(mine).order_by(explorations.c.at, explorations.c.id)
    if slug is not None:
        rows = rows.where(explorations.c.slug == slug)
    return tuple(map(_exploration, connection.execute(rows)))


def drop(connection: Connection, learner: int, exploration: int) -> None:
    """Delete an exploration of the learner's."""
    lock(connection, learner)
    mine = (explorations.c.learner_id == learner, explorations.c.id == exploration)
    connection.execute(delete(explorations).where(*mine))


def _run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        learner=row.learner_id,
        slug=row.slug,
        ledger=row.ledger,
        parameters=row.parameters,
        exploration=bool(row.exploration),
        status=RunStatus(row.status),
        started=row.started_at,
        ended=row.ended_at,
        error=row.error,
    )


def _exploration(row: Row[Any]) -> Exploration:
    return Exploration(row.id, row.slug, row.ledger, row.parameters, row.name, row.at)
