"""A database opened by its URL: SQLite in a file, or PostgreSQL; made or brought up to date on the way."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, StatementError

from seodang.home import home
from seodang.locale import _
from seodang.store.errors import StoreError, sentence
from seodang.store.glance import FILE, HEAD, VERSION_TABLE

MIGRATIONS = Path(__file__).parent / "migrations"
WRITES = "seodang_writes"
LOCK = 0x5E0DA46
"""PostgreSQL's advisory lock, held while tables or learners are made."""
RETRY = 0.02


def default_url() -> str:
    """The URL in SEODANG_DATABASE, or the file in the user's data directory."""
    return os.environ.get("SEODANG_DATABASE") or str(URL.create("sqlite", database=str(home() / FILE)))


def parsed(url: str) -> URL:
    """The URL of a database that can be used; StoreError where it is none."""
    try:
        made = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            _("{url}: is no URL of a database; write sqlite:///FILE or postgresql://USER@HOST/NAME", url=url)
        ) from error
    kind = made.get_backend_name()
    if kind == "sqlite" and made.database not in (None, "", ":memory:"):
        return made.set(drivername="sqlite")
    if kind in ("postgresql", "postgres"):
        return made.set(drivername="postgresql+psycopg")
    raise StoreError(
        _("{url}: Seodang keeps its records in SQLite (sqlite:///FILE) or PostgreSQL (postgresql://…)", url=told(made))
    )


def told(url: URL) -> str:
    """The database as a message names it, without a password."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    shown = URL.create(url.get_backend_name(), url.username, host=url.host, port=url.port, database=url.database)
    return shown.render_as_string()


def connected(url: URL, patience: float) -> Engine:
    """An engine. `patience`: seconds to wait for another writer."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, patience)
    try:
        options = f"-c lock_timeout={max(1, round(patience * 1000))}"  # milliseconds; 0 would be for ever
        return create_engine(url, pool_pre_ping=True, connect_args={"options": options, "connect_timeout": 10})
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(_('{url}: PostgreSQL needs its driver; pip install "seodang[postgres]"', url=told(url))) from error


def _sqlite(url: URL, patience: float) -> Engine:
    assert url.database is not None
    path = Path(url.database)
    if path.parent == home():
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                _(
                    "{folder}: this folder cannot be made ({reason}); set SEODANG_HOME to one that can",
                    folder=path.parent,
                    reason=error.strerror,
                )
            ) from error
    engine = create_engine(url, connect_args={"timeout": patience})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what a learner has deleted is overwritten

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock at once: one that has read first could not be let in after another has written.
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn what a driver says of the state of the database into a StoreError; a value refused on its way is a ValueError."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = sentence(cause, where)
        if said is None:
            raise
        raise StoreError(said) from error
    except StatementError as error:
        if isinstance(error.orig, ValueError):
            raise error.orig from error
        raise


def alone(connection: Connection) -> None:
    """Hold off every other process that would make what is made once, until this transaction ends. SQLite does so anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def bring_up_to_date(engine: Engine, where: str, patience: float) -> None:
    """Make the tables, or migrate them from an older version. Several processes may do so at once."""
    with engine.connect() as connection:
        found = _version(connection, where)
    if found == HEAD:
        return
    if engine.dialect.name == "sqlite":
        _write_ahead(engine, patience)
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        alone(connection)
        if _version(connection, where) != HEAD:
            migrate(connection, where)


def migrate(connection: Connection, where: str) -> None:
    """Run the migrations that are missing, in the transaction the connection is in."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    found = _version(connection, where)
    if found is not None and found not in known:
        raise StoreError(
            _(
                "{where}: was written by a newer Seodang (version {found} of its tables; this one knows {known}); "
                "update this one: pip install --upgrade seodang",
                where=where,
                found=found,
                known=HEAD,
            )
        )
    with EnvironmentContext(
        config, scripts, fn=lambda revision, _context: scripts._upgrade_revs("head", revision)
    ) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE)
        environment.run_migrations()


def _version(connection: Connection, where: str) -> str | None:
    """The version of the tables; None where there are none yet."""
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE in tables:
        return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    if tables and connection.dialect.name == "sqlite":
        raise StoreError(
            _("{where}: is a database of another program; move it away, or set SEODANG_HOME to another folder", where=where)
        )
    return None


def _write_ahead(engine: Engine, patience: float) -> None:
    """Let readers read while one writes; the file remembers it. The switch does not wait for others, so it is retried."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with closing(engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(RETRY)


def empty_log(engine: Engine) -> None:
    """Write SQLite's log back into its file, so that nothing deleted is left in it, unless a reader still needs it."""
    with closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
