"""Review: one due card at a time, by keyboard alone; its grade is derived from the answer where it can be checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from seodang.locale import _, spoken
from seodang.review import OWN, Due, Grade, Reason, Record, Review, came_out, due_cards, grade
from seodang.web.desk import At, Desk, back, token
from seodang.web.marking import marked
from seodang.web.pages import page, question_address

if TYPE_CHECKING:
    from markupsafe import Markup

    from seodang.library import Choice

router = APIRouter()


@dataclass(frozen=True)
class Card:
    """A card as it is asked and answered, in the spoken language."""

    name: str
    front: str
    choices: tuple[Choice, ...]
    """What may be answered; empty where the learner grades themselves."""
    right: str
    """The id of the right choice; empty where none can be checked."""
    back: str | Markup
    title: str
    address: str
    """The question's page; empty for a card of one's own."""


@router.get("/review")
def review(request: Request, desk: At, shown: str = "") -> Response:
    """The next due card; `shown` is the card whose back is shown, to be graded by oneself."""
    record = desk.record()
    due = due_cards(record, desk.clock())
    due = tuple(each for each in due if each.card.startswith(OWN) or each.card in desk.library.stems)
    if not due:
        return page(request, "rested.html", met=len(record.cards))
    card = card_of(desk, record, due[0].card)
    return page(
        request,
        "review.html",
        card=card,
        left=len(due),
        why=why_due(due[0]),
        shown=shown == card.name,
        token=token(),
    )


@router.post("/review")
def answer(
    desk: At,
    card: Annotated[str, Form()],
    answer: Annotated[str, Form()] = "",
    grade_given: Annotated[Grade | None, Form(alias="grade")] = None,
    token: Annotated[str | None, Form()] = None,
) -> Response:
    """Log an answer: graded by what came out, or by the learner where nothing can be checked."""
    asked = card_of(desk, desk.record(), card)
    if asked.right:
        given = grade(answer, asked.right)
    elif grade_given is not None:
        given = grade_given
    else:
        return back("/review?" + urlencode({"shown": card}))
    desk.store.log_review(desk.me, Review(card, given, desk.clock(), answer=answer), token)
    if not asked.right:
        return back("/review")
    return back("/review/answered?" + urlencode({"card": card, "answer": answer}))


@router.get("/review/answered")
def answered(request: Request, desk: At, card: str, answer: str = "") -> Response:
    """How it was, why, and when it comes again."""
    record = desk.record()
    state = record.cards.get(card)
    if state is None:
        raise HTTPException(404)
    asked = card_of(desk, record, card)
    said = next((choice.text for choice in asked.choices if choice.id == answer), "")
    right = next((choice.text for choice in asked.choices if choice.id == asked.right), "")
    left = len(due_cards(record, desk.clock()))
    return page(
        request,
        "answered.html",
        card=asked,
        was_right=answer == asked.right,
        said=said,
        right=right,
        due=state.due,
        left=left,
    )


def card_of(desk: Desk, record: Record, name: str) -> Card:
    """The card of this name; 404 where there is none, or its question's result was never seen."""
    if name.startswith(OWN):
        own = next((own for own in record.own if own.card == name), None)
        if own is None:
            raise HTTPException(404)
        return Card(name, own.front, (), "", marked(own.back), own.front, "")
    seen = [result for result in record.results if result.slug == name]
    if not seen and name not in record.explained:
        raise HTTPException(404)
    question = desk.library.question(name)
    words = question.page(spoken())
    right = came_out(seen).get(name, "")
    short = desk.shelf.section(question, spoken(), "answer", desk.shelf.recorded(question))
    choices = words.predict.choices if right in {choice.id for choice in words.predict.choices} else ()
    from markupsafe import Markup

    return Card(
        name,
        words.predict.question if choices else words.title,
        choices,
        right if choices else "",
        Markup(short),
        words.title,
        question_address(name),
    )


def why_due(due: Due) -> str:
    """Why a card is asked now."""
    chance = f"{(due.recall or 0) * 100:.0f}"
    match due.reason:
        case Reason.NEW_WRONG:
            return _("New: you predicted otherwise, and were {sure} % sure.", sure=due.sure or 0)
        case Reason.FORGOTTEN:
            return _("You had forgotten it the last time.")
        case Reason.FADING:
            return _("By now you would recall it with a probability of {chance} %.", chance=chance)
        case Reason.NEW_RIGHT:
            return _("New: you predicted it rightly; see whether it stays.")
        case Reason.NEW_SEEN:
            return _("New: you have seen what came out.")
        case _reason:
            return _("New: a card of your own.")
