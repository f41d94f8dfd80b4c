"""What a question can be taken home as: its figure as a specification, SVG, PNG and CSV; its experiment as a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from seodang.figures import NARROW, WIDE, ThemeName
from seodang.locale import _, spoken
from seodang.web.desk import At, Desk
from seodang.web.notebook import notebook
from seodang.web.pages import slug_shown
from seodang.web.shelf import table

if TYPE_CHECKING:
    from seodang.evidence import Evidence
    from seodang.library import Question

router = APIRouter()


def shown(desk: Desk, slug: str, of: str) -> tuple[Question, Evidence]:
    """The question and the evidence asked for: `own` or `recorded`; 404 until its result has been seen."""
    question = desk.library.question(slug)
    if not desk.opening(question.slug).seen:
        raise HTTPException(403, _("Predict first, or say that you just want to look."))
    evidence = desk.shelf.own(question) if of == "own" else desk.shelf.recorded(question)
    if evidence is None:
        raise HTTPException(404)
    return question, evidence


def _width(narrow: bool) -> int:
    return NARROW if narrow else WIDE


@router.get("/questions/{slug}/figure.json")
def specification(slug: str, desk: At, of: str = "recorded", theme: ThemeName = "light", narrow: bool = False) -> Response:
    """The figure for Vega."""
    question, evidence = shown(desk, slug, of)
    return JSONResponse(desk.shelf.specification(question, evidence, spoken(), theme, _width(narrow)))


@router.get("/questions/{slug}/figure.svg")
def svg(slug: str, desk: At, of: str = "recorded", theme: ThemeName = "light", narrow: bool = False) -> Response:
    """The figure as SVG."""
    question, evidence = shown(desk, slug, of)
    drawn = desk.shelf.svg(question, evidence, spoken(), theme, _width(narrow))
    return Response(drawn, media_type="image/svg+xml")


@router.get("/questions/{slug}/figure.png")
def png(slug: str, desk: At, of: str = "recorded", theme: ThemeName = "light") -> Response:
    """The figure as PNG."""
    question, evidence = shown(desk, slug, of)
    drawn = desk.shelf.png(question, evidence, spoken(), theme)
    return Response(drawn, media_type="image/png", headers=_saved(slug, "png"))


@router.get("/questions/{slug}/figure.csv")
def numbers(slug: str, desk: At, of: str = "recorded") -> Response:
    """Every number behind the figure."""
    _question, evidence = shown(desk, slug, of)
    return Response(table(evidence), media_type="text/csv", headers=_saved(slug, "csv"))


@router.get("/questions/{slug}/evidence.json")
def document(slug: str, desk: At, of: str = "recorded") -> Response:
    """The record itself (docs/json.md)."""
    _question, evidence = shown(desk, slug, of)
    return Response(evidence.to_json(), media_type="application/json", headers=_saved(slug, "json"))


@router.get("/questions/{slug}/notebook.ipynb")
def as_notebook(slug: str, desk: At) -> Response:
    """The experiment as a notebook that runs as it stands. It holds no result, so it may be had at any time."""
    question = desk.library.question(slug)
    if question.experiment is None:
        raise HTTPException(404)
    return Response(notebook(question, spoken()), media_type="application/x-ipynb+json", headers=_saved(slug, "ipynb"))


def _saved(slug: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{slug_shown(slug)}.{ending}"'}
