"""Whether anything was written, by this program or another: so that what was read need not be read again."""

from __future__ import annotations

from threading import Lock

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection


class Watch:
    """One connection of SQLite that never writes: it is told of what every other connection has written."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._lock = Lock()

    def version(self) -> int | None:
        """A number that is another one after every write; None where the database keeps none (PostgreSQL)."""
        if self._engine.dialect.name != "sqlite":
            return None
        with self._lock:
            if self._connection is None:
                self._connection = self._engine.raw_connection()
            told: int = self._connection.cursor().execute("PRAGMA data_version").fetchone()[0]
            return told

    def close(self) -> None:
        """Let go of it."""
        if self._connection is not None:
            self._connection.close()
