"""What a learner predicted, saw and read: appended, and read back as the rules take it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from seodang.review import OwnCard, Prediction, Record, Result
from seodang.store.kinds import RunStatus
from seodang.store.reviewing import states
from seodang.store.rows import append, found, lock
from seodang.store.tables import explained, own_cards, predictions, results, runs


def predict(connection: Connection, learner: int, made: Prediction, token: str | None) -> Prediction:
    """The prediction written, or the one this token wrote before."""
    row, _ = append(
        connection,
        predictions,
        learner,
        token,
        slug=made.slug,
        choice=made.choice,
        sure=made.sure,
        why=made.why,
        language=made.language,
        at=made.at,
    )
    return _prediction(row)


def predicted(connection: Connection, learner: int, slug: str | None) -> tuple[Prediction, ...]:
    """Predictions, oldest first; of one question or of all."""
    rows = select(predictions).where(predictions.c.learner_id == learner).order_by(predictions.c.at, predictions.c.id)
    if slug is not None:
        rows = rows.where(predictions.c.slug == slug)
    return tuple(map(_prediction, connection.execute(rows)))


def saw_result(connection: Connection, learner: int, result: Result, token: str | None) -> Result:
    """The result written, or the one this token wrote before."""
    values = {"slug": result.slug, "came_out": result.came_out, "at": result.at}
    row, _ = append(connection, results, learner, token, **values)
    return Result(row.slug, row.came_out, row.at)


def read_explanation(connection: Connection, learner: int, slug: str, at: datetime) -> datetime:
    """When the explanation was first read: now, or before."""
    lock(connection, learner)
    mine = explained.c.learner_id == learner
    first = connection.execute(select(explained.c.at).where(mine, explained.c.slug == slug)).scalar()
    if first is None:
        connection.execute(insert(explained).values(learner_id=learner, slug=slug, at=at))
    return first or at


def record(connection: Connection, learner: int) -> Record:
    """Everything the rules need of one learner."""
    day_begins = found(connection, learner).day_begins
    seen = select(results).where(results.c.learner_id == learner).order_by(results.c.at, results.c.id)
    read = select(explained.c.slug, explained.c.at).where(explained.c.learner_id == learner)
    done = (runs.c.learner_id == learner, runs.c.status == RunStatus.DONE, runs.c.exploration.is_(False))
    ran = select(runs.c.slug, func.max(runs.c.ended_at).label("ended")).where(*done).group_by(runs.c.slug)
    own = select(own_cards).where(own_cards.c.learner_id == learner).order_by(own_cards.c.at, own_cards.c.guid)
    return Record(
        day_begins=day_begins,
        predictions=predicted(connection, learner, None),
        results=tuple(Result(row.slug, row.came_out, row.at) for row in connection.execute(seen)),
        explained={row.slug: row.at for row in connection.execute(read)},
        ran={row.slug: row.ended for row in connection.execute(ran)},
        cards=states(connection, learner),
        own=tuple(OwnCard(row.guid, row.front, row.back, row.at, tuple(row.tags)) for row in connection.execute(own)),
    )


def _prediction(row: Row[Any]) -> Prediction:
    return Prediction(row.slug, row.choice, row.sure, row.at, row.why, row.language)
