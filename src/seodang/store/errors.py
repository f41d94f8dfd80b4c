"""What a user is told when the database cannot be used: a sentence that names it, says what is wrong and what cures it.

Imports no SQLAlchemy: the command line reads a database without it.
"""

from __future__ import annotations

import sqlite3

from seodang.store.kinds import Note


class StoreError(Exception):
    """What is remembered cannot be read or written; the message says why."""


class NoteChanged(StoreError):
    """A note was written from elsewhere since it was read; `note` is what it says now."""

    def __init__(self, note: Note) -> None:
        super().__init__(f"{note.slug}: the note was changed elsewhere since it was opened; join the two and save again")
        self.note = note


_SQLITE = {
    sqlite3.SQLITE_READONLY: "{where}: cannot be written to; make the file and its folder writable, "
    "or set SEODANG_HOME to a folder that is",
    sqlite3.SQLITE_PERM: "{where}: this user may not open it; change its owner or its permissions",
    sqlite3.SQLITE_CANTOPEN: "{where}: cannot be opened; see that its folder exists and can be written to, "
    "or set SEODANG_HOME to one that is",
    sqlite3.SQLITE_FULL: "{where}: the disk is full; nothing of this was saved. Make room and try again",
    sqlite3.SQLITE_IOERR: "{where}: the disk gave an error; nothing of this was saved. See whether it is full or failing",
    sqlite3.SQLITE_BUSY: "{where}: another program holds it; close that program, or try again in a moment",
    sqlite3.SQLITE_LOCKED: "{where}: another program holds it; close that program, or try again in a moment",
    sqlite3.SQLITE_CORRUPT: "{where}: is damaged; move it away to begin anew, and import your last archive if you have one",
    sqlite3.SQLITE_NOTADB: "{where}: is no database of Seodang; move it away, or set SEODANG_HOME to another folder",
}
_POSTGRES = {
    "53100": "{where}: the server's disk is full; nothing of this was saved",
    "53300": "{where}: the server has no connection left; try again in a moment",
    "25006": "{where}: the server only allows reading now; try again when it takes writes",
    "42501": "{where}: this user may not read or write the tables; grant it the schema",
    "55P03": "{where}: another program holds it; try again in a moment",
    "40001": "{where}: another program wrote at the same moment; try again",
    "40P01": "{where}: another program wrote at the same moment; try again",
}


def sentence(error: BaseException | None, where: str) -> str | None:
    """What a driver's error means to a user; None where it is not about the database's state but a mistake of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int):
        told = _SQLITE.get(code & 0xFF)  # the extended codes keep the primary one in the low byte
        return told.format(where=where) if told else None
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and state in _POSTGRES:
        return _POSTGRES[state].format(where=where)
    if type(error).__module__.startswith("psycopg") and type(error).__name__ == "OperationalError":
        reason = " ".join(str(error).split())
        return f"{where}: the server does not answer ({reason}); see that it runs and that the URL is right"
    return None
