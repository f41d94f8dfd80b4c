"""The whole book validated, experiments untouched: every problem with its file, its line and its cure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from seodang.library import references
from seodang.library.catalogue import problems as of_the_catalogue
from seodang.library.consistency import contradictions, read_sayings, words_used
from seodang.library.dictionary import Term
from seodang.library.fields import LANGUAGES
from seodang.library.page import Page, read_page
from seodang.library.page_checks import Found, check_page, wrong_language
from seodang.library.problem import BookError, Problem, did_you_mean
from seodang.library.question import Question, differences, neutral_line, page_path, read_question
from seodang.library.reading import Library
from seodang.library.syllabus import Session, Step
from seodang.library.works import problems as cited

Stale = Callable[[Question], str | None]


def problems(library: Library, stale: Stale | None = None) -> list[Problem]:
    """Everything wrong with the book, by file and line; an empty list when it may be published.

    `stale` tells why the recorded evidence of a question no longer belongs to its code, or None when it does. Only a room
    that may read experiments can know that, so the caller brings it.
    """
    found = [*_syllabus(library), *_strays(library)]
    try:
        terms: Mapping[str, Term] = library.terms
    except BookError as error:
        found += error.problems
        terms = {}
    pages: list[Page] = []
    outcomes: dict[str, Mapping[str, str]] = {}
    for stem in library.stems.values():
        there, wrong = _pages(stem)
        found += wrong
        pages += there.values()
        recorded = _Recorded(stem, there)
        found += recorded.problems
        if recorded.evidence:
            outcomes[stem.name] = {claim.claim: str(claim.outcome) for claim in recorded.evidence.claims}
        for page in there.values():
            found += check_page(page, Found(library.stems, terms, recorded.evidence))
        if len(there) == len(LANGUAGES):
            found += _question(stem, there, stale)
    found += words_used(pages, terms)
    found += references.form(pages)
    found += references.links(pages, library.stems, terms)
    found += _contradictions(library, pages, outcomes)
    try:
        found += of_the_catalogue(library.catalogue, pages)
    except BookError as error:
        found += error.problems
    try:
        found += cited(library.works, pages)
    except BookError as error:
        found += error.problems
    found += _dictionary(library.folder / "terms.toml", terms, pages)
    return sorted(set(found))


def _pages(stem: Path) -> tuple[dict[str, Page], list[Problem]]:
    """The pages that can be read, and what is wrong with the others."""
    pages: dict[str, Page] = {}
    wrong: list[Problem] = []
    for language in LANGUAGES:
        try:
            pages[language] = read_page(page_path(stem, language))
        except BookError as error:
            wrong += error.problems
    return pages, wrong


def _question(stem: Path, pages: Mapping[str, Page], stale: Stale | None) -> Iterator[Problem]:
    unequal = differences(pages)
    for keys, message in unequal:
        yield Problem(pages["ko"].path, neutral_line(pages["ko"], keys), message)
    if unequal or stale is None:
        return
    question = read_question(stem)
    if question.evidence and (reason := stale(question)):
        yield Problem(question.evidence, 1, f"the evidence is stale: {reason}. Record it again: seodang record {stem.name}")


class _Recorded:
    """The evidence beside a question's pages, as far as it can be read."""

    def __init__(self, stem: Path, pages: Mapping[str, Page]) -> None:
        from seodang.evidence import Evidence, EvidenceError

        self.evidence: Evidence | None = None
        self.problems: list[Problem] = []
        kinds = {page.kind for page in pages.values()}
        path = stem.with_suffix(".json")
        if path.exists():
            try:
                self.evidence = Evidence.read(path)
            except EvidenceError as error:
                reason = str(error).removeprefix(f"{path}: ")
                self._add(path, f"the evidence cannot be used: {reason}. Record it again: seodang record {stem.name}")
        elif kinds - {"source"}:
            self._add(path, f"there is no evidence. Record it: seodang record {stem.name}")
        if kinds - {"source"} and not stem.with_suffix(".py").exists():
            self._add(stem.with_suffix(".py"), f"there is no experiment, but the question is a {min(kinds)}. Write it.")
        if self.evidence and self.evidence.slug != stem.name:
            self._add(path, f'the evidence is of "{self.evidence.slug}". Record it again: seodang record {stem.name}')

    def _add(self, path: Path, message: str) -> None:
        self.problems.append(Problem(path, 1, message))


def _contradictions(library: Library, pages: list[Page], outcomes: Mapping[str, Mapping[str, str]]) -> Iterable[Problem]:
    path = library.folder / "refuted.toml"
    try:
        return list(contradictions(pages, outcomes, read_sayings(path), path))
    except BookError as error:
        return error.problems


def _syllabus(library: Library) -> Iterator[Problem]:
    path = library.syllabus.path
    listed: dict[str, str] = {}
    for chapter in library.chapters:
        for slug in chapter.questions:
            if slug in listed:
                message = f'"{slug}" is in chapter "{listed[slug]}" and in "{chapter.folder}". List it once.'
                yield Problem(path, chapter.line, message)
            elif slug not in library.stems:
                hint = did_you_mean(slug, library.stems)
                message = f'there is no question "{slug}".{hint} Write its pages or take it out.'
                yield Problem(path, chapter.line, message)
            elif (folder := library.stems[slug].parent.name) != chapter.folder:
                message = f'"{slug}" is in the folder {folder}/, not {chapter.folder}/. List it in that chapter.'
                yield Problem(path, chapter.line, message)
            listed.setdefault(slug, chapter.folder)
    yield from _promised(library)
    for slug, stem in library.stems.items():
        if slug not in listed:
            yield Problem(path, 1, f'"{slug}" is in no chapter. Add it to the questions of "{stem.parent.name}".')


def _promised(library: Library) -> Iterator[Problem]:
    """Meetings and paths name questions of the catalogue."""
    try:
        known = library.catalogue.places
    except BookError:
        return  # told elsewhere
    promised: list[Session | Step] = [*library.syllabus.sessions]
    promised += [step for route in library.syllabus.routes for step in route.steps]
    for each in promised if known else ():
        for id in each.questions:
            if id not in known:
                message = f'the catalogue has no question "{id}".{did_you_mean(id, known)} Name one of it.'
                yield Problem(library.syllabus.path, each.line, message)


def _strays(library: Library) -> Iterator[Problem]:
    """Experiments and evidence that belong to no page."""
    for path in sorted(library.folder.glob("*/*")):
        if path.suffix in (".py", ".json") and path.stem not in library.stems and not path.stem.startswith("_"):
            yield Problem(path, 1, f"there is no page for this. Write {path.stem}.ko.md and {path.stem}.en.md beside it.")


def _dictionary(path: Path, terms: Mapping[str, Term], pages: Iterable[Page]) -> Iterator[Problem]:
    """Every term is one sentence in each language, under a name of its own, and somebody uses it."""
    listed = {key for page in pages for key in page.terms}
    names: dict[str, str] = {}
    for key, term in terms.items():
        for language in LANGUAGES:
            where = f'the {language} definition of "{key}"'
            if not term.definition[language].endswith("."):
                yield Problem(path, term.line, f"{where} does not end with a full stop. Write one sentence.")
            if message := wrong_language(language, term.definition[language]):
                yield Problem(path, term.line, f"{where} {message}")
        for name in {*term.name.values()}:
            if names.setdefault(name.casefold(), key) != key:
                other = names[name.casefold()]
                yield Problem(path, term.line, f'"{other}" and "{key}" are both called "{name}". Join them.')
        if key not in listed and not _mentioned(term, terms, pages):
            message = f'no page lists the term "{key}" and nothing mentions it. Use it or take it out.'
            yield Problem(path, term.line, message)


def _mentioned(term: Term, terms: Mapping[str, Term], pages: Iterable[Page]) -> bool:
    """Whether a page or another term's definition says the term's name."""
    for language in LANGUAGES:
        name = term.name[language].split("(")[0].strip().casefold()
        texts = [other.definition[language] for other in terms.values() if other is not term]
        texts += [section.source for page in pages if page.language == language for section in page.sections.values()]
        if any(name in text.casefold() for text in texts):
            return True
    return False
