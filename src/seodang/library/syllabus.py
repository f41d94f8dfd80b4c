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
    lectures: tuple[int, ...]  # of the course that is watched before it
    textbook: tuple[int, ...]  # chapters that are read before it
    questions: tuple[str, ...]  # catalogue ids
    line: int


@dataclass(frozen=True)
class Step:
    """A day, or a meeting, of a path."""

    title: Mapping[str, str]  # language → title
    questions: tuple[str, ...]  # catalogue ids
    line: int


@dataclass(frozen=True)
class Route:
    """A suggested path through the book."""

    name: str
    title: Mapping[str, str]  # language → title
    about: Mapping[str, str]  # language → for whom, and how it is meant
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Syllabus:
    """Chapters, sessions and suggested paths, as `syllabus.toml` lists them."""

    path: Path
    chapters: tuple[Chapter, ...]
    sessions: tuple[Session, ...]
    routes: tuple[Route, ...] = ()


def read_syllabus(path: Path) -> Syllabus:
    """The syllabus in the file; a book without one has no chapters in order."""
    if not path.exists():
        return Syllabus(path, (), ())
    fields = Source(path, path.read_text(encoding="utf-8")).parse()
    fields.only(("chapters", "sessions", "paths"))
    chapters = tuple(_chapter(table) for table in fields.tables("chapters"))
    sessions = tuple(_session(table) for table in fields.tables("sessions"))
    for index, session in enumerate(sessions):
        if index and session.number <= sessions[index - 1].number:
            message = f"session {session.number} stands after session {sessions[index - 1].number}. Number them upwards."
            raise fields.error(message, "sessions", index)
    return Syllabus(path, chapters, sessions, tuple(_route(table) for table in fields.tables("paths")))


def _chapter(fields: Fields) -> Chapter:
    fields.only(("folder", "title", "questions"))
    title = MappingProxyType(fields.both("title"))
    line = fields.source.line(*fields.keys)
    return Chapter(fields.text("folder"), title, fields.texts("questions"), line)


def _session(fields: Fields) -> Session:
    fields.only(("number", "topic", "lectures", "textbook", "questions"))
    topic = MappingProxyType(fields.both("topic"))
    line = fields.source.line(*fields.keys)
    lectures, textbook = fields.numbers("lectures"), fields.numbers("textbook")
    return Session(fields.number("number", 0, 1000), topic, lectures, textbook, fields.texts("questions"), line)


def _route(fields: Fields) -> Route:
    fields.only(("name", "title", "about", "steps"))
    steps = tuple(_step(table) for table in fields.tables("steps"))
    title, about = MappingProxyType(fields.both("title")), MappingProxyType(fields.both("about"))
    return Route(fields.text("name"), title, about, steps)


def _step(fields: Fields) -> Step:
    fields.only(("title", "questions"))
    title = MappingProxyType(fields.both("title"))
    return Step(title, fields.texts("questions"), fields.source.line(*fields.keys))
