"""A question: two pages, one in each language, that say the same thing; perhaps an experiment and recorded evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from seodang.library.fields import LANGUAGES, Key
from seodang.library.page import Page, Reference, read_page
from seodang.library.problem import BookError


@dataclass(frozen=True)
class Question:
    """A question as the book holds it. What does not depend on the language stands here, words stand on the pages."""

    slug: str
    chapter: str
    kind: str  # one of page.KINDS
    catalogue: tuple[str, ...]
    terms: tuple[str, ...]  # keys of the dictionary
    next: tuple[str, ...]  # slugs
    references: tuple[Reference, ...]
    title: Mapping[str, str]  # language → title
    pages: Mapping[str, Page]  # language → page
    experiment: Path | None  # the .py, never imported here
    evidence: Path | None  # the .json

    def heading(self, catalogue: str) -> str:
        """The id of the heading under which this catalogue id is answered; empty where the whole page is the answer."""
        return catalogue if catalogue in self.pages["en"].followups else ""

    def page(self, language: str) -> Page:
        """The page in "ko" or "en"."""
        if language not in self.pages:
            raise BookError(f'the book is not written in "{language}". Ask for "ko" or "en".')
        return self.pages[language]


def read_question(stem: Path) -> Question:
    """The question whose files are `<stem>.ko.md`, `<stem>.en.md` and, where they exist, `<stem>.py` and `.json`."""
    pages = {language: read_page(page_path(stem, language)) for language in LANGUAGES}
    for keys, message in differences(pages):
        raise BookError(message, pages["ko"].path, neutral_line(pages["ko"], keys))
    page = pages["en"]
    return Question(
        slug=stem.name,
        chapter=stem.parent.name,
        kind=page.kind,
        catalogue=page.catalogue,
        terms=page.terms,
        next=page.next,
        references=page.references,
        title=MappingProxyType({language: pages[language].title for language in LANGUAGES}),
        pages=MappingProxyType(pages),
        experiment=_existing(stem.with_suffix(".py")),
        evidence=_existing(stem.with_suffix(".json")),
    )


def page_path(stem: Path, language: str) -> Path:
    """Where the page in this language must be."""
    path = stem.with_name(f"{stem.name}.{language}.md")
    if path.exists():
        return path
    other = next(name for name in LANGUAGES if name != language)
    raise BookError(f"there is no page here. Write it: every question has a .{other}.md and a .{language}.md.", path)


def differences(pages: Mapping[str, Page]) -> list[tuple[tuple[Key, ...], str]]:
    """Where the Korean page says something else than the English one in a field that has no language."""
    ko, en = pages["ko"], pages["en"]
    found: list[tuple[tuple[Key, ...], str]] = []
    for keys, value in _NEUTRAL:
        here, there = value(ko), value(en)
        if here != there:
            name = ".".join(str(key) for key in keys)
            message = f'"{name}" is {_shown(here)}, but {_shown(there)} in {en.path.name}. Make them equal.'
            found.append((keys, message))
    return found


_NEUTRAL: Sequence[tuple[tuple[Key, ...], Callable[[Page], Any]]] = (
    (("kind",), lambda page: page.kind),
    (("catalogue",), lambda page: page.catalogue),
    (("terms",), lambda page: page.terms),
    (("next",), lambda page: page.next),
    (("references",), lambda page: page.references),
    (("arms",), lambda page: tuple(page.arms)),
    (("metrics",), lambda page: tuple(page.metrics)),
    (("claims",), lambda page: tuple(page.claims)),
    (("predict", "choices"), lambda page: tuple((choice.id, dict(choice.when)) for choice in page.predict.choices)),
    (("sections",), lambda page: tuple(page.sections)),
    (("followups",), lambda page: tuple(page.followups)),
)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(item) for item in value) or "nothing"
    if isinstance(value, Reference):
        return f"{value.authors} {value.year} {value.title} {value.venue}"
    return str(value)


def neutral_line(page: Page, keys: tuple[Key, ...]) -> int:
    """The line of a field that has no language."""
    if keys in (("sections",), ("followups",)):
        return min((section.line for section in page.sections.values()), default=1)
    return page.source.line(*keys)


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None
