"""Notes on questions, and settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from seodang.store.errors import NoteChanged
from seodang.store.kinds import Note
from seodang.store.rows import lock, put
from seodang.store.tables import notes, settings


def note(connection: Connection, learner: int, slug: str) -> Note:
    """The note on a question; an empty one of revision 0 where there is none yet."""
    here = (notes.c.learner_id == learner, notes.c.slug == slug)
    row = connection.execute(select(notes).where(*here)).one_or_none()
    return Note(slug, "", None, 0) if row is None else Note(row.slug, row.text, row.at, row.revision)


def everything(connection: Connection, learner: int) -> tuple[Note, ...]:
    """Every note that says something, by its question."""
    rows = connection.execute(select(notes).where(notes.c.learner_id == learner, notes.c.text != ""))
    written = (Note(row.slug, row.text, row.at, row.revision) for row in rows)
    return tuple(sorted(written, key=lambda note: note.slug))  # here: databases sort words differently


def write(connection: Connection, learner: int, slug: str, text: str, at: datetime, revision: int) -> Note:
    """The note written over the revision that was read; NoteChanged if it says something else than that one did by now."""
    lock(connection, learner)
    now = note(connection, learner, slug)
    if now.text == text:
        return now  # saved twice
    if now.revision != revision:
        raise NoteChanged(now)
    put(connection, notes, {"learner_id": learner, "slug": slug}, text=text, at=at, revision=revision + 1)
    return note(connection, learner, slug)


def set_setting(connection: Connection, learner: int, name: str, value: Any) -> None:
    """Keep a setting, in place of what it was."""
    lock(connection, learner)
    put(connection, settings, {"learner_id": learner, "name": name}, value=value)


def all_settings(connection: Connection, learner: int) -> dict[str, Any]:
    """Every setting by its name."""
    rows = connection.execute(select(settings).where(settings.c.learner_id == learner))
    return {row.name: row.value for row in rows}
