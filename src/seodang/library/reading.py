"""The library: a book opened from a folder. Opening lists the files; a question is read when it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from seodang.library.catalogue import Catalogue, read_catalogue
from seodang.library.dictionary import Term, read_terms
from seodang.library.problem import BookError, did_you_mean
from seodang.library.question import Question, read_question
from seodang.library.syllabus import Chapter, Syllabus, read_syllabus
from seodang.library.works import Works, read_works

if TYPE_CHECKING:
    from seodang.library.search import Hit, Index

BOOK = Path(__file__).parent.parent / "book"


@dataclass(frozen=True)
class Library:
    """A book: its questions by slug, its syllabus and its dictionary."""

    folder: Path
    stems: Mapping[str, Path]  # slug → the path of its files without suffix, in teaching order
    syllabus: Syllabus

    @classmethod
    def open(cls, folder: Path | None = None) -> "Library":
        """Open the book in a folder; without one, the book that ships with Seodang."""
        folder = BOOK if folder is None else Path(folder)
        if not folder.is_dir():
            raise BookError(f"there is no folder {folder}. Name one that holds chapters.")
        syllabus = read_syllabus(folder / "syllabus.toml")
        order = [slug for chapter in syllabus.chapters for slug in chapter.questions]
        place = {slug: index for index, slug in enumerate(order)}
        stems = sorted(_stems(folder).items(), key=lambda item: (place.get(item[0], len(place)), item[1]))
        return cls(folder, MappingProxyType(dict(stems)), syllabus)

    @property
    def slugs(self) -> tuple[str, ...]:
        """Every question's slug, in teaching order; those that the syllabus forgot come last."""
        return tuple(self.stems)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in teaching order."""
        return tuple(self.question(slug) for slug in self.stems)

    def question(self, slug: str) -> Question:
        """The question with this slug, or else the first that answers this catalogue id; hyphens count as underscores."""
        name = slug.strip().lower().replace("-", "_")
        if name not in self.stems:
            answers = self.answering(slug.strip().lower().replace("_", "-"))
            if answers:
                return answers[0]
            hint = did_you_mean(name, self.stems) or " `seodang list` shows them all."
            raise BookError(f'there is no question "{slug}" in the book.{hint}')
        if name not in self._read:
            self._read[name] = read_question(self.stems[name])
        return self._read[name]

    @cached_property
    def _read(self) -> dict[str, Question]:
        return {}

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The chapters in teaching order."""
        return self.syllabus.chapters

    def chapter(self, folder: str) -> Chapter:
        """The chapter in this folder of the book."""
        for chapter in self.chapters:
            if chapter.folder == folder:
                return chapter
        folders = [chapter.folder for chapter in self.chapters]
        hint = did_you_mean(folder, folders) or f" The chapters are {', '.join(folders)}."
        raise BookError(f'there is no chapter "{folder}" in the syllabus.{hint}')

    @cached_property
    def terms(self) -> Mapping[str, Term]:
        """The dictionary by key."""
        return MappingProxyType(read_terms(self.folder / "terms.toml"))

    def term(self, key: str) -> Term:
        """The term with this key; hyphens count as underscores."""
        name = key.strip().lower().replace("-", "_")
        if name not in self.terms:
            raise BookError(f'there is no term "{key}" in the dictionary.{did_you_mean(name, self.terms)}')
        return self.terms[name]

    @cached_property
    def catalogue(self) -> Catalogue:
        """The questions that the book must answer, and where it does."""
        return read_catalogue(self.folder / "catalogue.toml")

    @cached_property
    def works(self) -> Works:
        """The works that the pages cite, and where each is found."""
        return read_works(self.folder / "references.toml")

    def answering(self, catalogue: str) -> tuple[Question, ...]:
        """The questions that answer this catalogue id."""
        return tuple(question for question in self.questions if catalogue in question.catalogue)

    @cached_property
    def index(self) -> "Index":
        """What `ask` looks things up in; made at the first query."""
        from seodang.library.search import Index

        return Index.of(self.questions, self.terms)

    def ask(self, query: str, limit: int = 10) -> list["Hit"]:
        """The questions that a query in Korean, English or both may mean, best first; none when nothing fits."""
        return self.index.ask(query, limit)


def _stems(folder: Path) -> dict[str, Path]:
    """Slug → stem of every file `<chapter>/<slug>.<language>.md`."""
    stems: dict[str, Path] = {}
    for path in sorted(folder.glob("*/*.md")):
        slug, *rest = path.name.split(".")
        if rest not in (["ko", "md"], ["en", "md"]):
            raise BookError(f'the name "{path.name}" has no language. Call it {slug}.ko.md or {slug}.en.md.', path)
        stem = path.with_name(slug)
        if not slug.isidentifier() or slug != slug.lower():
            message = f'the slug "{slug}" is not made of small letters, digits and underscores. Rename the file.'
            raise BookError(message, path)
        if stems.setdefault(slug, stem) != stem:
            message = f'the question "{slug}" is also in {stems[slug].parent.name}/. Give each question its own name.'
            raise BookError(message, path)
    return stems
