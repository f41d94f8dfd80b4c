"""A question's page: predict, then run or look, then read why. What it may show is decided by `desk.opening` alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from seodang.figures import NARROW, WIDE, alt_text
from seodang.locale import Language, _, spoken
from seodang.review import Prediction, brier
from seodang.review.prediction import LEAST_SURE, MOST_SURE
from seodang.web.desk import At, Desk, Opening, back, came_out, token
from seodang.web.notebook import coloured
from seodang.web.pages import answer_address, page, question_address
from seodang.web.shelf import labels
from seodang.web.source import ArmRead, Read, read
from seodang.web.terms import linked

if TYPE_CHECKING:
    from seodang.evidence import Evidence
    from seodang.library import Page, Question

router = APIRouter()
BEFORE = ("setting",)
LONGEST = 20_000
"""Characters of a text of the learner's own; what is longer is cut."""


@dataclass(frozen=True)
class Arm:
    """A row of the table of arms."""

    label: str
    base: str
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Score:
    """A prediction beside what came out."""

    said: str
    sure: int
    right: bool | None
    came_out: str
    brier: float | None


@router.get("/questions/{slug}")
def question_page(request: Request, slug: str, desk: At, of: str = "") -> Response:
    """The question; its result and explanation only once they have been asked for."""
    question = desk.library.question(slug)
    if request.url.path != question_address(question.slug):
        return back(answer_address(question.slug, question.heading(slug)))
    record = desk.record()
    how_far = desk.opening_in(record, question.slug)
    desk.runs.wake()
    language = spoken()
    words = question.page(language)
    (setting,), named = texts(desk, question, language, BEFORE, None)
    values: dict[str, Any] = {
        "question": question,
        "words": words,
        "chapter": _chapter(desk, question, language),
        "setting": setting,
        "arms": list(arms(question, words)),
        "how_far": how_far,
        "token": token(),
        "least": LEAST_SURE,
        "most": MOST_SURE,
        "said": choice_text(words, how_far.prediction.choice) if how_far.prediction else "",
        "job": desk.runs.latest(question.slug) if how_far.may_run else None,
        "runnable": question.experiment is not None,
    }
    if how_far.seen:
        values |= result(desk, question, how_far, of)
        values |= explanation(desk, question, question.slug in record.explained)
        values["note"] = desk.store.note(desk.me, question.slug)
        named = (*named, *values["named"], *question.terms)
    values["named"] = [desk.library.terms[key] for key in dict.fromkeys(named) if key in desk.library.terms]
    return page(request, "question.html", **values)


def result(desk: Desk, question: Question, how_far: Opening, of: str) -> dict[str, Any]:
    """What came out: the learner's own run where there is one, else, or when asked for, the author's evidence."""
    recorded, own = desk.shelf.recorded(question), desk.shelf.own(question)
    shown = recorded if of == "recorded" or own is None else own
    right = came_out(question, shown) if shown else None
    words = question.page(spoken())
    return {
        "evidence": shown,
        "of": "own" if shown is own and own is not None else "recorded",
        "recorded": recorded,
        "own": own,
        "stale": desk.shelf.stale(question, shown) if shown else None,
        "verdicts": [(sentence, shown.claim(name)) for name, sentence in words.claims.items()] if shown else [],
        "came_out": choice_text(words, right.id) if right else "",
        "score": score(words, how_far),
        "alt": alt_text(shown, labels(question, spoken()), spoken()) if shown else "",
        "wide": desk.shelf.size(question, shown, spoken(), WIDE) if shown else None,
        "narrow": desk.shelf.size(question, shown, spoken(), NARROW) if shown else None,
    }


def explanation(desk: Desk, question: Question, was_read: bool) -> dict[str, Any]:
    """Why it is so: every section but the setting, the code, where it was found out, what it has to do with."""
    language = spoken()
    words = question.page(language)
    evidence = desk.shelf.recorded(question)
    names = tuple(name for name in words.sections if name not in BEFORE)
    html, named = texts(desk, question, language, names, evidence)
    source: Read | None = read(question.experiment) if question.experiment else None
    return {
        "sections": list(zip([words.section(name) for name in names], html, strict=True)),
        "named": named,
        "code": coloured(source.code) if source else "",
        "knobs": source.knobs if source else (),
        "terms": [desk.library.terms[key] for key in question.terms if key in desk.library.terms],
        "references": [(reference, desk.library.works.link(reference)) for reference in question.references],
        "next": [desk.library.question(slug) for slug in question.next],
        "explained": was_read,
        "explorations": desk.store.explorations(desk.me, question.slug),
    }


def texts(
    desk: Desk, question: Question, language: Language, names: tuple[str, ...], evidence: Evidence | None
) -> tuple[list[str], tuple[str, ...]]:
    """Sections as HTML with the words of the dictionary linked, and the terms that they name."""
    return desk.shelf.once(
        ("linked", question.slug, language, names, None if evidence is None else id(evidence)),
        lambda: linked(
            [desk.shelf.section(question, language, name, evidence) for name in names], desk.library.terms, language
        ),
    )


@router.post("/questions/{slug}/predict")
def predict(
    slug: str,
    desk: At,
    choice: Annotated[str, Form()],
    sure: Annotated[int, Form()],
    why: Annotated[str, Form()] = "",
    token: Annotated[str | None, Form()] = None,
) -> Response:
    """Note what the learner expects, before anything is shown."""
    question = desk.library.question(slug)
    if choice not in {each.id for each in question.page("en").predict.choices}:
        raise HTTPException(400, _("{choice} is not among the outcomes; go back and choose one.", choice=choice))
    job = desk.runs.latest(question.slug)
    if job is not None and not job.over and not job.exploration:  # its first seeds may have been seen: it stands as it was
        return back(question_address(question.slug) + "#run")
    made = Prediction(question.slug, choice, sure, desk.clock(), why=why.strip()[:LONGEST], language=spoken())
    desk.store.predict(desk.me, made, token)
    return back(question_address(question.slug) + "#run")


@router.post("/questions/{slug}/look")
def look(slug: str, desk: At, token: Annotated[str | None, Form()] = None) -> Response:
    """Show what was recorded, with a prediction made or without."""
    question = desk.library.question(slug)
    desk.saw(question, desk.shelf.recorded(question), token)
    return back(question_address(question.slug) + "#result")


@router.post("/questions/{slug}/explained")
def explained(slug: str, desk: At) -> Response:
    """The explanation was read; on to the next question."""
    question = desk.library.question(slug)
    if desk.opening(question.slug).seen:
        desk.store.explained(desk.me, question.slug, desk.clock())
    return back(question_address(question.next[0]) if question.next else "/")


def arms(question: Question, words: Page) -> Iterator[Arm]:
    """The table of arms: what each is called, and how it is made from another. Read from the experiment's file."""
    written: dict[str, ArmRead] = {}
    if question.experiment is not None:
        written = {arm.name: arm for arm in read(question.experiment).arms}
    called = {arm.variable: words.arms.get(name, name) for name, arm in written.items() if arm.variable}
    for name, label in words.arms.items():
        arm = written.get(name, ArmRead(name))
        base = "" if arm.is_base else called.get(arm.base, f"`{arm.base}`" if arm.base else "")
        changes = tuple(arm.changes.items()) or ((("", arm.expression),) if arm.expression else ())
        yield Arm(label, base, changes)


def choice_text(words: Page, id: str) -> str:
    """A choice as the page words it."""
    return next((choice.text for choice in words.predict.choices if choice.id == id), id)


def score(words: Page, how_far: Opening) -> Score | None:
    """The prediction that counts, scored by what was seen to come out."""
    made, seen = how_far.prediction, how_far.seen
    if made is None or seen is None:
        return None
    right = made.choice == seen.came_out if seen.came_out else None
    value = None if right is None else brier(made.sure, right)
    came = choice_text(words, seen.came_out) if seen.came_out else ""
    return Score(choice_text(words, made.choice), made.sure, right, came, value)


def _chapter(desk: Desk, question: Question, language: Language) -> str:
    return desk.library.chapter(question.chapter).title[language]
