"""The syllabus: the chapters in teaching order, and the dated curriculum that a school starts from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from seodang.library.fields import Fields, Source


@dataclass(frozen=True)
class Chapter:
    """A folder of the book and its questions in teaching order."""

    folder: str
    title: Mapping[str, str]  # language → title
    questions: tuple[str, ...]  # slugs
    line: int


@dataclass(frozen=True)
class Session:
    """One meeting of a study group. It names catalogue ids, because it may prepare questions not yet in the book."""

    number: int
    topic: Mapping[str, str]  # language → topic
    questions: tuple[str, ...]  # catalogue ids
    line: int


@dataclass(frozen=True)
class Syllabus:
    """Chapters and sessions, as `syllabus.toml` lists them."""

    path: Path
    chapters: tuple[Chapter, ...]
    sessions: tuple[Session, ...]


def read_syllabus(path: Path) -> Syllabus:
    """The syllabus in the file; a book without one has no chapters in order."""
    if not path.exists():
        return Syllabus(path, (), ())
    fields = Source(path, path.read_text(encoding="utf-8")).parse()
    fields.only(("chapters", "sessions"))
    chapters = tuple(_chapter(table) for table in fields.tables("chapters"))
    sessions = tuple(_session(table) for table in fields.tables("sessions"))
    for index, session in enumerate(sessions):
        if index and session.number <= sessions[index - 1].number:
            message = f"session {session.number} stands after session {sessions[index - 1].number}. Number them upwards."
            raise fields.error(message, "sessions", index)
    return Syllabus(path, chapters, sessions)


def _chapter(fields: Fields) -> Chapter:
    fields.only(("folder", "title", "questions"))
    title = MappingProxyType(fields.both("title"))
    line = fields.source.line(*fields.keys)
    return Chapter(fields.text("folder"), title, fields.texts("questions"), line)


def _session(fields: Fields) -> Session:
    fields.only(("number", "topic", "questions"))
    topic = MappingProxyType(fields.both("topic"))
    line = fields.source.line(*fields.keys)
    return Session(fields.number("number", 0, 1000), topic, fields.texts("questions"), line)
