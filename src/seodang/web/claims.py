"""The ledger of every claim of the book, by chapter: what a sceptic opens first. What one has not met yet stays closed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from seodang.library.placeholders import written
from seodang.locale import spoken
from seodang.web.desk import At, Desk, back
from seodang.web.known import Known, mark_of_the_code
from seodang.web.pages import fragment, page

if TYPE_CHECKING:
    from seodang.evidence import ClaimEvidence
    from seodang.library import Question

router = APIRouter()


@dataclass(frozen=True)
class ClaimRow:
    """One claim of the book and what is known of it."""

    sentence: str
    outcome: str
    yes: int
    n: int
    effect: str
    """The median quantity and the threshold it is compared with; empty for a plain yes or no."""


@dataclass(frozen=True)
class QuestionRow:
    """One question: its claims once its result has been seen."""

    question: Question
    open: bool
    claims: tuple[ClaimRow, ...]
    stale: str | None
    date: str
    torch: str
    exact: bool


@router.get("/evidence")
def ledger(request: Request, desk: At) -> Response:
    """Every claim with its verdict, the seeds behind it, the effect, the version and the date."""
    seen, stems, code = _seen(desk), desk.library.stems, mark_of_the_code()
    chapters = [
        (
            chapter,
            [_row(desk, desk.library.question(slug), slug in seen, code) for slug in chapter.questions if slug in stems],
        )
        for chapter in desk.library.chapters
    ]
    desk.known.keep()
    rows = [row for _chapter, rows in chapters for row in rows]
    outcomes = [claim.outcome for row in rows for claim in row.claims]
    return page(
        request,
        "evidence.html",
        chapters=chapters,
        drawn=partial(_drawn, desk),
        counts={name: outcomes.count(name) for name in ("supported", "refuted", "undecided")},
        stale=sum(row.stale is not None for row in rows),
        closed=sum(not row.open for row in rows),
    )


@router.post("/evidence/open")
def open_all(desk: At) -> Response:
    """Show every verdict: from here on no prediction of these questions can be scored."""
    seen = _seen(desk)
    for question in desk.library.questions:
        if question.slug not in seen:
            desk.saw(question, desk.shelf.recorded(question))
    return back("/evidence")


def _seen(desk: Desk) -> set[str]:
    """The questions whose result has been seen, as `desk.opening` says it of one."""
    return {result.slug for result in desk.record().results}


def _row(desk: Desk, question: Question, seen: bool, code: str) -> QuestionRow:
    if not seen or question.evidence is None:
        return QuestionRow(question, seen, (), None, "", "", False)
    known = desk.known.of(question, code, lambda: _found_out(desk, question))
    claims = tuple(ClaimRow(sentence, *known.claims[name]) for name, sentence in question.page(spoken()).claims.items())
    return QuestionRow(question, seen, claims, known.stale, known.date, known.torch, known.exact)


def _found_out(desk: Desk, question: Question) -> Known:
    """The ledger read, checked and judged."""
    evidence = desk.shelf.recorded(question)
    assert evidence is not None
    claims = {each.claim: [str(each.outcome), each.verdict.k, each.verdict.n, effect(each)] for each in evidence.claims}
    stale = desk.shelf.stale(question, evidence)
    return Known(claims, evidence.date, evidence.versions.get("torch", ""), evidence.exact, stale)


def _drawn(desk: Desk, row: QuestionRow) -> Markup:
    """A question's part of the page: with hundreds of questions, most of the page's time."""
    made_of = (row.question.slug, row.open, row.claims, row.stale, row.date, row.torch, row.exact)
    key = ("claimed", spoken(), *made_of)
    return desk.shelf.once(key, lambda: Markup(fragment("_claimed.html", row=row, language=spoken())))


def effect(claim: ClaimEvidence) -> str:
    """The median quantity and the threshold it is compared with; empty for a plain yes or no."""
    finite = [value for value in claim.values or () if value == value]
    if not finite:
        return ""
    sign, edge = (">", claim.above) if claim.above is not None else ("<", claim.below)
    return f"{written(median(finite))} ({sign} {written(edge)})" if edge is not None else written(median(finite))
