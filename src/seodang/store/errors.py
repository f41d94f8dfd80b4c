"""What a user is told when the database cannot be used: a sentence that names it, says what is wrong and what cures it.

Imports no SQLAlchemy: the command line reads a database without it.
"""

from __future__ import annotations

import sqlite3

from seodang.locale import _
from seodang.store.kinds import Note


class StoreError(Exception):
    """What is remembered cannot be read or written; the message says why."""


class NoteChanged(StoreError):
    """A note was written from elsewhere since it was read; `note` is what it says now."""

    def __init__(self, note: Note) -> None:
        slug = note.slug
        super().__init__(
            _("{slug}: the note was changed elsewhere since it was opened; join the two and save again", slug=slug)
        )
        self.note = note


def sentence(error: BaseException | None, where: str) -> str | None:
    """What a driver's error means to a user; None where it is not about the database's state but a mistake of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _of_sqlite(code & 0xFF, where)  # the extended codes keep the primary one in the low byte
    state = getattr(error, "sqlstate", None)
    told = _of_postgres(state, where) if isinstance(state, str) else None
    if told is None and type(error).__module__.startswith("psycopg") and type(error).__name__ == "OperationalError":
        reason = " ".join(str(error).split())
        return _(
            "{where}: the server does not answer ({reason}); see that it runs and that the URL is right",
            where=where,
            reason=reason,
        )
    return told


def _of_sqlite(code: int, where: str) -> str | None:
    match code:
        case sqlite3.SQLITE_READONLY:
            told = _(
                "{where}: cannot be written to; make the file and its folder writable, "
                "or set SEODANG_HOME to a folder that is"
            )
        case sqlite3.SQLITE_PERM:
            told = _("{where}: this user may not open it; change its owner or its permissions")
        case sqlite3.SQLITE_CANTOPEN:
            told = _(
                "{where}: cannot be opened; see that its folder exists and can be written to, "
                "or set SEODANG_HOME to one that is"
            )
        case sqlite3.SQLITE_FULL:
            told = _("{where}: the disk is full; nothing of this was saved. Make room and try again")
        case sqlite3.SQLITE_IOERR:
            told = _("{where}: the disk gave an error; nothing of this was saved. See whether it is full or failing")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            told = _("{where}: another program holds it; close that program, or try again in a moment")
        case sqlite3.SQLITE_CORRUPT:
            told = _("{where}: is damaged; move it away to begin anew, and import your last archive if you have one")
        case sqlite3.SQLITE_NOTADB:
            told = _("{where}: is no database of Seodang; move it away, or set SEODANG_HOME to another folder")
        case _other:
            return None
    return told.format(where=where)


def _of_postgres(state: str, where: str) -> str | None:
    match state:
        case "53100":
            told = _("{where}: the server's disk is full; nothing of this was saved")
        case "53300":
            told = _("{where}: the server has no connection left; try again in a moment")
        case "25006":
            told = _("{where}: the server only allows reading now; try again when it takes writes")
        case "42501":
            told = _("{where}: this user may not read or write the tables; grant it the schema")
        case "55P03":
            told = _("{where}: another program holds it; try again in a moment")
        case "40001" | "40P01":
            told = _("{where}: another program wrote at the same moment; try again")
        case _other:
            return None
    return told.format(where=where)
