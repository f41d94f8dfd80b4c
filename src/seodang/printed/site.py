"""The static site: every page of the book in both languages, with the recorded figures; no server, no network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from seodang.evidence import Evidence, stale
from seodang.figures import Labels, alt_text
from seodang.library import Library, Question
from seodang.locale import LANGUAGES, Language, _, speak
from seodang.printed.figures import drawn
from seodang.printed.index import address
from seodang.printed.searching import search_data
from seodang.web.claims import effect
from seodang.web.notebook import coloured
from seodang.web.pages import STATIC, environment, slug_shown
from seodang.web.questions import arms
from seodang.web.shelf import raised, scrolled
from seodang.web.terms import linked

if TYPE_CHECKING:
    from seodang.library.dictionary import Term

HERE = Path(__file__).parent
TAKEN = ("style.css", "parts.css", "fonts.css", "fonts", "seal.svg")
"""What the site takes of the school's clothes."""
Told = Callable[[str, int, int], None]
"""Told what is being written, the how-manieth, and of how many."""


@dataclass(frozen=True)
class Site:
    """A book on its way into a folder."""

    library: Library
    folder: Path
    evidence: dict[str, Evidence]  # slug → what was recorded

    def write(self, name: str, text: str) -> None:
        """One file of the site."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def build(library: Library, folder: Path, tell: Told | None = None) -> None:
    """Write the site into a folder, which is made, or must be empty or hold an earlier site of ours."""
    site = Site(library, folder, {q.slug: Evidence.read(q.evidence) for q in library.questions if q.evidence})
    _prepare(folder)
    site.write("search-data.js", search_data(library))
    site.write("index.html", _template("front.html").render(languages=LANGUAGES))
    for language in LANGUAGES:
        speak(language)
        for name, text in _pages(site, language):
            site.write(f"{language}/{name}", text)
    for slug, evidence in site.evidence.items():
        site.write(f"evidence/{slug_shown(slug)}.json", evidence.to_json())
    _draw(site, tell)


def _prepare(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / "search-data.js").exists():
        raise FileExistsError(_("{folder} is not empty and holds no book of ours; name another folder", folder=folder))
    for name in (*LANGUAGES, "figures", "evidence", "static"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "static").mkdir(parents=True)
    for name in TAKEN:
        there = STATIC / name
        (shutil.copytree if there.is_dir() else shutil.copyfile)(there, folder / "static" / name)
    for there in (HERE / "static").iterdir():
        shutil.copyfile(there, folder / "static" / there.name)


def _pages(site: Site, language: Language) -> Iterator[tuple[str, str]]:
    library = site.library
    known: dict[str, Any] = {
        "language": language,
        "chapters": [chapter for chapter in library.chapters if chapter.questions],
        "question": library.question,
        "evidence": site.evidence,
    }
    yield (
        "index.html",
        _template("contents.html").render(known, root="../", here="index.html", rows=_claimed(site, language)),
    )
    ordered = sorted(library.terms.values(), key=lambda term: term.name[language].casefold())
    uses = {term.key: [q for q in library.questions if term.key in q.terms] for term in ordered}
    yield "terms.html", _template("terms.html").render(known, root="../", here="terms.html", terms=ordered, uses=uses)
    places = {id: question for question in reversed(library.questions) for id in question.catalogue}
    meetings = {
        "sessions": library.syllabus.sessions,
        "routes": library.syllabus.routes,
        "answering": places,
        "lead": lambda question, id: f"../{address(question.slug, language)}" + (f"#{id}" if question.heading(id) else ""),
    }
    yield "syllabus.html", _template("meetings.html").render(known, root="../", here="syllabus.html", **meetings)
    for question in library.questions:
        here = address(question.slug, language).partition("/")[2]
        yield here, _template("page.html").render(known, root="../../", here=here, **_question(site, question, language))


def _question(site: Site, question: Question, language: Language) -> dict[str, Any]:
    words, evidence = question.page(language), site.evidence.get(question.slug)
    names = list(words.sections)
    html = [scrolled(raised(words.html(name, evidence))) for name in names]
    html, named = linked(html, site.library.terms, language)
    outcomes = {claim.claim: str(claim.outcome) for claim in evidence.claims} if evidence else {}
    right = words.predict.right(outcomes) if evidence else None
    labels = Labels(title=words.title, arms=words.arms, metrics=words.metrics, claims=words.claims)
    terms: list[Term] = [site.library.terms[key] for key in dict.fromkeys((*named, *question.terms))]
    return {
        "one": question,
        "words": words,
        "chapter": next((c.title[language] for c in site.library.chapters if c.folder == question.chapter), ""),
        "sections": {
            name: (words.section(name).heading, text.replace('href="/terms#', 'href="../terms.html#'))
            for name, text in zip(names, html, strict=True)
        },
        "arms": list(arms(question, words)),
        "recorded": evidence,
        "verdicts": [(sentence, evidence.claim(name)) for name, sentence in words.claims.items()] if evidence else [],
        "right": right.id if right else "",
        "stale": stale(evidence, question.experiment) if evidence and question.experiment else None,
        "alt": alt_text(evidence, labels, language) if evidence else "",
        "code": coloured(question.experiment.read_text(encoding="utf-8")) if question.experiment else "",
        "terms": terms,
        "references": [(reference, site.library.works.link(reference)) for reference in question.references],
        "next": [site.library.question(slug) for slug in question.next],
    }


def _claimed(site: Site, language: Language) -> dict[str, list[tuple[str, str, int, int, str]]]:
    """Slug → of each claim the sentence, its outcome, yes, n, and its effect."""
    return {
        slug: [
            (sentence, str(claim.outcome), claim.verdict.k, claim.verdict.n, effect(claim))
            for name, sentence in site.library.question(slug).page(language).claims.items()
            for claim in [evidence.claim(name)]
        ]
        for slug, evidence in site.evidence.items()
    }


def _draw(site: Site, tell: Told | None) -> None:
    """The figures, on all cores: most of the time a site takes."""
    wanted = [(slug, language) for slug in site.evidence for language in LANGUAGES]
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as pool:
        done: Sequence[Any] = [pool.submit(_figure, site.library.folder, slug, language) for slug, language in wanted]
        for place, ((slug, language), made) in enumerate(zip(wanted, done, strict=True)):
            if tell:
                tell(slug, place, len(wanted))
            site.write(f"figures/{slug_shown(slug)}.{language}.svg", made.result())


def _figure(folder: Path, slug: str, language: Language) -> str:
    question = Library.open(folder).question(slug)
    assert question.evidence
    return drawn(question, Evidence.read(question.evidence), language)


def _template(name: str) -> Any:
    return _environment().get_template(name)


def _environment() -> Environment:
    school = environment()
    ours = school.overlay(loader=ChoiceLoader([FileSystemLoader(HERE / "templates"), school.loader or FileSystemLoader([])]))
    ours.globals["place"] = address
    return ours
