"""The tables, as docs/store.md tells of them. How they came to be is in `migrations`; a test finds both equal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    UniqueConstraint,
)

from seodang.store.columns import Json, UtcDateTime, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, Identity(), primary_key=True)


def _learner(**options: Any) -> Column[int]:
    return Column("learner_id", Integer, ForeignKey("learners.id", ondelete="CASCADE"), nullable=False, **options)


def _words(name: str, **options: Any) -> Column[str]:
    return Column(name, Words, nullable=False, **options)


def _time(name: str, **options: Any) -> Column[Any]:
    return Column(name, UtcDateTime, **{"nullable": False, **options})


learners = Table(
    "learners",
    metadata,
    _id(),
    _words("handle", unique=True),
    _words("name"),
    _time("made_at"),
    Column("day_begins", SmallInteger, nullable=False),
    sqlite_autoincrement=True,  # the id of what is deleted is never given to another
)

predictions = Table(
    "predictions",
    metadata,
    _id(),
    _learner(),
    _words("slug"),
    _words("choice"),
    Column("sure", SmallInteger, nullable=False),
    _words("why"),
    _words("language"),
    _time("at"),
    _words("token"),
    UniqueConstraint("learner_id", "token"),
    Index(None, "learner_id", "at"),
)

results = Table(
    "results",
    metadata,
    _id(),
    _learner(),
    _words("slug"),
    _words("came_out"),
    _time("at"),
    _words("token"),
    UniqueConstraint("learner_id", "token"),
    Index(None, "learner_id", "at"),
)

explained = Table("explained", metadata, _learner(primary_key=True), _words("slug", primary_key=True), _time("at"))

runs = Table(
    "runs",
    metadata,
    _id(),
    _learner(),
    _words("slug"),
    _words("ledger"),
    Column("parameters", Json, nullable=False),
    Column("exploration", Boolean, nullable=False),
    _words("status"),
    _time("started_at"),
    _time("ended_at", nullable=True),
    _words("error"),
    _words("token"),
    UniqueConstraint("learner_id", "token"),
    Index(None, "learner_id", "slug", "started_at"),
    Index(None, "status"),
    sqlite_autoincrement=True,
)

explorations = Table(
    "explorations",
    metadata,
    _id(),
    _learner(),
    _words("slug"),
    _words("ledger"),
    Column("parameters", Json, nullable=False),
    _words("name"),
    _time("at"),
    _words("token"),
    UniqueConstraint("learner_id", "token"),
    Index(None, "learner_id", "slug", "at"),
    sqlite_autoincrement=True,
)

reviews = Table(
    "reviews",
    metadata,
    _id(),
    _learner(),
    _words("card"),
    _words("grade"),
    _words("answer"),
    _time("at"),
    _words("token"),
    UniqueConstraint("learner_id", "token"),
    Index(None, "learner_id", "card", "at"),
)

cards = Table(
    "cards",
    metadata,
    _learner(primary_key=True),
    _words("card", primary_key=True),
    Column("stability", Double, nullable=False),
    Column("difficulty", Double, nullable=False),
    _time("due"),
    _time("last"),
    Column("reviews", Integer, nullable=False),
    Column("lapses", Integer, nullable=False),
    Column("forgotten", Boolean, nullable=False),
)

own_cards = Table(
    "own_cards",
    metadata,
    _learner(primary_key=True),
    _words("guid", primary_key=True),
    _words("front"),
    _words("back"),
    Column("tags", Json, nullable=False),
    _time("at"),
)

notes = Table(
    "notes",
    metadata,
    _learner(primary_key=True),
    _words("slug", primary_key=True),
    _words("text"),
    _time("at"),
    Column("revision", Integer, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    _learner(primary_key=True),
    _words("name", primary_key=True),
    Column("value", Json, nullable=False),
)
