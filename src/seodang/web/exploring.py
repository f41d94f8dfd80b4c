"""Explorations of a question, side by side: the same seeds, other knobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from seodang.evidence import Evidence, EvidenceError
from seodang.figures import NARROW, ThemeName
from seodang.locale import spoken
from seodang.web.desk import At, Desk, back
from seodang.web.pages import page, question_address

if TYPE_CHECKING:
    from seodang.library import Question

router = APIRouter()


@dataclass(frozen=True)
class Explored:
    """One exploration and its ledger."""

    id: int
    name: str
    at: Any
    evidence: Evidence
    size: tuple[int, int] = (0, 0)
    """Pixels across and down that its figure takes."""


@router.get("/questions/{slug}/explorations")
def compare(request: Request, slug: str, desk: At) -> Response:
    """Every exploration kept of this question, the latest first, beside the claim of the book."""
    question = desk.library.question(slug)
    if not desk.opening(question.slug).may_run:
        return back(question_address(question.slug))
    kept = _explored(desk, question)
    kept = [replace(one, size=_size(desk, question, one, kept)) for one in kept]
    return page(request, "explorations.html", question=question, explored=kept, words=question.page(spoken()))


@router.get("/questions/{slug}/explorations/{id}.svg")
def drawn(slug: str, id: int, desk: At, theme: ThemeName = "light") -> Response:
    """The figure of one of them, on the same axes as those beside it."""
    question = desk.library.question(slug)
    kept = _explored(desk, question)
    one = next((each for each in kept if each.id == id), None)
    if one is None:
        raise HTTPException(404)
    drawn = desk.shelf.svg(question, one.evidence, spoken(), theme, NARROW, _others(one, kept))
    return Response(drawn, media_type="image/svg+xml")


@router.post("/questions/{slug}/explorations/drop")
def drop(slug: str, desk: At, id: Annotated[int, Form()]) -> Response:
    """Keep it no longer."""
    desk.store.drop_exploration(desk.me, id)
    return back(question_address(desk.library.question(slug).slug, "explorations"))


def _others(one: Explored, kept: Sequence[Explored]) -> list[Evidence]:
    """What stands beside it, and so shares its axes."""
    return [other.evidence for other in kept if other is not one]


def _size(desk: Desk, question: Question, one: Explored, kept: Sequence[Explored]) -> tuple[int, int]:
    return desk.shelf.size(question, one.evidence, spoken(), NARROW, _others(one, kept))


def _explored(desk: Desk, question: Question) -> list[Explored]:
    """Those whose ledgers can still be read, the latest first; one that was gone on with is there once."""
    kept, met = [], set[str]()
    for row in reversed(desk.store.explorations(desk.me, question.slug)):
        if row.ledger in met:
            continue
        met.add(row.ledger)
        try:
            ledger = desk.shelf.evidence(desk.shelf.ledgers / question.slug / f"{row.ledger}.json")
        except (EvidenceError, OSError):
            continue
        kept.append(Explored(row.id, row.name, row.at, ledger))
    return kept
