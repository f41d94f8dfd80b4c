"""The dictionary: Korean and English side by side, with the questions that use each term."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from seodang.locale import spoken
from seodang.web.desk import At, Desk
from seodang.web.pages import page

router = APIRouter()


@router.get("/terms")
def terms(request: Request, desk: At) -> Response:
    """Every term in alphabetical order of the spoken language."""
    language = spoken()
    ordered = sorted(desk.library.terms.values(), key=lambda term: term.name[language].casefold())
    other = "en" if language == "ko" else "ko"
    return page(request, "terms.html", terms=ordered, other=other, uses=_uses(desk), questions=desk.library.question)


def _uses(desk: Desk) -> Mapping[str, list[str]]:
    """Term → the slugs of the questions that list it."""
    uses: dict[str, list[str]] = defaultdict(list)
    for question in desk.library.questions:
        for key in question.terms:
            uses[key].append(question.slug)
    return uses
