"""A page: what is said about a question in one language, front matter first, then sections."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from seodang.library.fields import Fields, Source
from seodang.library.placeholders import Evidence, fill
from seodang.library.problem import BookError

if TYPE_CHECKING:
    from seodang.library.terminal import TerminalText

KINDS = ("experiment", "derivation", "measurement", "source")
OUTCOMES = ("supported", "refuted", "undecided")
FIELDS = (
    "title", "kind", "catalogue", "terms", "next", "asked", "arms", "metrics", "claims", "predict", "references",
)  # fmt: skip
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_SUBHEADING = re.compile(r"^###\s+(.*?)\s*\{#([a-z0-9-]+)\}\s*$", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,2})\s+(.*?)\s*(?:\{#([a-z]+)\})?\s*$")


@dataclass(frozen=True)
class Section:
    """A part of a page under its own heading."""

    id: str
    heading: str
    source: str  # Markdown, without the heading
    line: int  # of the heading; the source begins on the next one


@dataclass(frozen=True)
class Reference:
    """Where it was found out or shown first."""

    authors: str
    year: int
    title: str
    venue: str


@dataclass(frozen=True)
class Choice:
    """What a learner may predict, and the outcomes of claims under which it was right."""

    id: str
    text: str
    when: Mapping[str, str]  # claim → outcome

    def right(self, outcomes: Mapping[str, str]) -> bool:
        return all(outcomes.get(claim) == outcome for claim, outcome in self.when.items())


@dataclass(frozen=True)
class Prediction:
    """What a learner is asked before the run."""

    question: str
    choices: tuple[Choice, ...]

    def right(self, outcomes: Mapping[str, str]) -> Choice | None:
        """The choice that was right, or None while no single choice is."""
        right = [choice for choice in self.choices if choice.right(outcomes)]
        return right[0] if len(right) == 1 else None


@dataclass(frozen=True)
class Page:
    """The words of a question in one language."""

    path: Path
    language: str  # "ko" or "en"
    title: str
    asked: tuple[str, ...]
    arms: Mapping[str, str]
    metrics: Mapping[str, str]
    claims: Mapping[str, str]
    predict: Prediction
    sections: Mapping[str, Section]
    kind: str
    catalogue: tuple[str, ...]
    terms: tuple[str, ...]
    next: tuple[str, ...]
    references: tuple[Reference, ...]
    source: Source

    @cached_property
    def followups(self) -> Mapping[str, str]:
        """Catalogue id → heading, of the questions of the catalogue that have a heading of their own on this page."""
        found = (each for section in self.sections.values() for each in _SUBHEADING.finditer(section.source))
        return MappingProxyType({each[2]: each[1] for each in found})

    def section(self, id: str) -> Section:
        if id not in self.sections:
            raise BookError(f"this page has no section {{#{id}}}. It has {', '.join(self.sections)}.", self.path)
        return self.sections[id]

    def markdown(self, id: str, evidence: Evidence | None = None) -> str:
        """A section's Markdown with the numbers of the evidence in their places."""
        section = self.section(id)
        return fill(section.source, evidence, self.language, self.path, section.line + 1)

    def html(self, id: str, evidence: Evidence | None = None) -> str:
        from seodang.library.markdown import to_html

        return to_html(self.markdown(id, evidence), self.path, self.section(id).line + 1)

    def terminal(self, id: str, evidence: Evidence | None = None) -> "TerminalText":
        """A Rich renderable of the section."""
        from seodang.library.terminal import to_terminal

        return to_terminal(self.markdown(id, evidence))


def read_page(path: Path) -> Page:
    """The page in the file `<slug>.<language>.md`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise BookError(f"byte {error.start} is not UTF-8. Save the file as UTF-8.", path) from None
    source, body = _split(path, lines)
    fields = source.parse()
    fields.only(FIELDS)
    return Page(
        path=path,
        language=path.suffixes[-2].removeprefix("."),
        title=fields.text("title"),
        asked=fields.texts("asked"),
        arms=MappingProxyType(fields.labels("arms")),
        metrics=MappingProxyType(fields.labels("metrics")),
        claims=MappingProxyType(fields.labels("claims")),
        predict=_prediction(fields.table("predict")),
        sections=MappingProxyType(_sections(path, lines, body)),
        kind=fields.one_of("kind", KINDS),
        catalogue=fields.texts("catalogue", required=False),
        terms=fields.texts("terms"),
        next=fields.texts("next", required=False),
        references=tuple(_reference(table) for table in fields.tables("references")),
        source=source,
    )


def _split(path: Path, lines: list[str]) -> tuple[Source, int]:
    """The front matter, and the index of the first line after it."""
    if not lines or lines[0].strip() != "+++":
        raise BookError("a page begins with a line +++, its front matter in TOML, and a line +++. Add them.", path)
    for index, line in enumerate(lines[1:], start=1):
        if line.strip() == "+++":
            return Source(path, "\n".join(lines[1:index]), first=2), index + 1
    raise BookError("the front matter that begins here never ends. Close it with a line +++.", path)


def _prediction(fields: Fields) -> Prediction:
    fields.only(("question", "choices"))
    choices = tuple(_choice(table) for table in fields.tables("choices"))
    if not 2 <= len(choices) <= 4:
        raise fields.error(f"{len(choices)} choices are offered. Offer 2 to 4.", "choices")
    ids = [choice.id for choice in choices]
    for index, id in enumerate(ids):
        if id in ids[:index]:
            raise fields.error(f'two choices have the id "{id}". Give each its own.', "choices", index)
    return Prediction(fields.text("question"), choices)


def _choice(fields: Fields) -> Choice:
    fields.only(("id", "text", "when"))
    when = fields.table("when")
    if not when.values:
        raise fields.error('"when" is empty. Name the outcome that makes this choice right.', "when")
    outcomes = {claim: when.one_of(claim, OUTCOMES) for claim in when.values}
    return Choice(fields.text("id"), fields.text("text"), MappingProxyType(outcomes))


def _reference(fields: Fields) -> Reference:
    fields.only(("authors", "year", "title", "venue"))
    year = fields.number("year", 1900, 2100)
    return Reference(fields.text("authors"), year, fields.text("title"), fields.text("venue"))


def _sections(path: Path, lines: list[str], body: int) -> dict[str, Section]:
    """Cut the body at its `## Heading {#id}` lines, leaving alone what looks like one inside a code fence."""
    starts: list[tuple[int, str, str]] = []
    fence = ""
    for index, line in enumerate(lines[body:], start=body):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        elif not fence and (heading := _HEADING.match(line)):
            starts.append(_start(path, index, heading, [id for _, id, _ in starts]))
        elif not starts and line.strip():
            raise BookError(f'"{line.strip()}" stands before the first section. Move it into one.', path, index + 1)
    ends = [index for index, _, _ in starts[1:]] + [len(lines)]
    return {
        id: Section(id, heading, "\n".join(lines[index + 1 : end]).rstrip(), index + 1)
        for (index, id, heading), end in zip(starts, ends, strict=True)
    }


def _start(path: Path, index: int, heading: re.Match[str], before: list[str]) -> tuple[int, str, str]:
    if heading[1] == "#" or not heading[3]:
        cure = "Write `## Heading {#id}`, or `### Heading` inside a section"
        raise BookError(f'the heading "{heading[2]}" has no id. {cure}.', path, index + 1)
    if heading[3] in before:
        raise BookError(f'two sections have the id "{heading[3]}". Join them.', path, index + 1)
    return index, heading[3], heading[2]
