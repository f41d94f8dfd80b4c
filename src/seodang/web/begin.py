"""Today, the syllabus, search, and the two switches: language and colours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from seodang.locale import LANGUAGES, _, spoken
from seodang.review import State, Suggestion, Why, standings, study_next
from seodang.web.desk import At, Desk, back, within
from seodang.web.language import THEMES
from seodang.web.pages import answer_address, fragment, page, question_address

if TYPE_CHECKING:
    from seodang.library import Question

router = APIRouter()
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Proposal:
    """Something to do: where it leads, what it is called, why now."""

    address: str
    title: str
    why: str


def state_name(state: State) -> str:
    """A learner's state of a question in a word."""
    return {
        State.UNTOUCHED: _("untouched"),
        State.PREDICTED: _("predicted"),
        State.RAN: _("result seen"),
        State.EXPLAINED: _("explained"),
        State.STRONG: _("strong"),
        State.DUE: _("due"),
    }[state]


@router.get("/")
def today(request: Request, desk: At) -> Response:
    """What to do now and why; then the map of the book."""
    record = desk.record()
    slugs = {chapter.folder: chapter.questions for chapter in desk.library.chapters}
    found = study_next(record, slugs, desk.clock(), 4)
    return page(
        request,
        "today.html",
        proposals=list(proposals(desk, found)),
        standings=standings(record, desk.library.slugs, desk.clock()),
        chapters=desk.library.chapters,
        questions=desk.library.question,
        states=[(state, state_name(state)) for state in State],
        state_name=state_name,
        predicted=len({prediction.slug for prediction in record.predictions}),
    )


def proposals(desk: Desk, suggestions: Sequence[Suggestion]) -> Iterator[Proposal]:
    """Suggestions in words."""
    for each in suggestions:
        if each.why is Why.CARDS_DUE:
            title = _("Review 1 card") if each.count == 1 else _("Review {n} cards", n=each.count)
            why = _("due today") if not each.days else _("the oldest has been due for {n} days", n=each.days)
            yield Proposal("/review", title, why)
            continue
        question = desk.library.question(each.slug)
        yield Proposal(question_address(each.slug), question.title[spoken()], reason(desk, each))


def reason(desk: Desk, each: Suggestion) -> str:
    """Why this question is proposed."""
    chapter = desk.library.chapter(each.chapter).title[spoken()]
    match each.why:
        case Why.PREDICTED:
            return _("you have predicted it; now see what happens")
        case Why.RAN:
            return _("you have seen the result; now read why")
        case Why.WEAK_CHAPTER:
            return _(
                "{wrong} of {n} predictions in “{chapter}” came out otherwise", wrong=each.count, n=each.of, chapter=chapter
            )
        case _why:
            return _("the next one in the syllabus, in “{chapter}”", chapter=chapter)


@router.get("/syllabus")
def syllabus(request: Request, desk: At) -> Response:
    """The chapters with their questions, and the dated curriculum."""
    record = desk.record()
    return page(
        request,
        "syllabus.html",
        chapters=desk.library.chapters,
        questions=desk.library.question,
        standings=standings(record, desk.library.slugs, desk.clock()),
        states=[(state, state_name(state)) for state in State],
        state_name=state_name,
        sessions=desk.library.syllabus.sessions,
        routes=desk.library.syllabus.routes,
        lead=lambda question, id: answer_address(question.slug, question.heading(id)),
        answering=_answering(desk),
    )


def _answering(desk: Desk) -> Mapping[str, Question]:
    """Catalogue id → the question of the book that answers it."""
    return {id: question for question in reversed(desk.library.questions) for id in question.catalogue}


@router.get("/search")
def search(request: Request, desk: At, q: str = "") -> Response:
    """The questions that may be meant, on a page."""
    return page(request, "search.html", hits=desk.library.ask(q) if q.strip() else [], query=q)


@router.get("/found")
def found(desk: At, q: str = "") -> Response:
    """The same while one types."""
    hits = desk.library.ask(q, 6) if q.strip() else []
    return HTMLResponse(fragment("_found.html", hits=hits, query=q, language=spoken()))


@router.post("/language")
def choose_language(language: Annotated[str, Form()], back: Annotated[str, Form()] = "/") -> Response:
    """Speak this language from now on."""
    return _remembered("language", language if language in LANGUAGES else "en", back)


@router.post("/theme")
def choose_theme(theme: Annotated[str, Form()], back: Annotated[str, Form()] = "/") -> Response:
    """Wear these colours from now on."""
    return _remembered("theme", theme if theme in THEMES else "auto", back)


def _remembered(name: str, value: str, address: str) -> RedirectResponse:
    answer = back(within(address))
    answer.set_cookie(name, value, max_age=YEAR, samesite="lax", path="/")
    return answer
