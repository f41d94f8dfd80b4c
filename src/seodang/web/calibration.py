"""How good one's own predictions are: the Brier score in its parts, the reliability curve, the surprises."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from seodang.locale import spoken
from seodang.review import ENOUGH, decompose, reliability_curve, scored, surprises
from seodang.web.desk import At
from seodang.web.pages import page
from seodang.web.questions import choice_text

router = APIRouter()


@router.get("/calibration")
def calibration(request: Request, desk: At) -> Response:
    """Every prediction that counts, together."""
    rows = [row for row in scored(desk.record()) if row.prediction.slug in desk.library.stems]
    questions = {row.prediction.slug: desk.library.question(row.prediction.slug) for row in rows}
    worst = [
        (
            row,
            questions[row.prediction.slug],
            choice_text(questions[row.prediction.slug].page(spoken()), row.prediction.choice),
            choice_text(questions[row.prediction.slug].page(spoken()), row.came_out),
        )
        for row in surprises(rows)
    ]
    return page(
        request,
        "calibration.html",
        parts=decompose(rows) if rows else None,
        curve=reliability_curve(rows),
        right=sum(row.right for row in rows),
        surprises=worst,
        enough=ENOUGH,
    )
