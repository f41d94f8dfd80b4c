"""A learner's own notes on a question. Two tabs do not overwrite each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from seodang.store import NoteChanged
from seodang.web.desk import At, back
from seodang.web.pages import page, question_address
from seodang.web.questions import LONGEST

router = APIRouter()


@router.post("/questions/{slug}/note")
def keep(
    request: Request, slug: str, desk: At, text: Annotated[str, Form()] = "", revision: Annotated[int, Form()] = 0
) -> Response:
    """Keep the note; when another tab has written since, show both."""
    question = desk.library.question(slug)
    text = text.replace("\r\n", "\n").strip()[:LONGEST]
    try:
        desk.store.write_note(desk.me, question.slug, text, desk.clock(), revision)
    except NoteChanged as conflict:
        return page(
            request, "note.html", 409, question=question, slug=question.slug, note=conflict.note, draft=text, changed=True
        )
    return back(question_address(question.slug) + "#note")
