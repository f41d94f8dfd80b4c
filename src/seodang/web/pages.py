"""Templates filled: one environment, its filters, and the answers that need no page of their own."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from seodang.figures.josa import with_josa
from seodang.library.placeholders import written
from seodang.locale import LANGUAGES, _, spoken
from seodang.web.language import theme_of
from seodang.web.marking import marked

HERE = Path(__file__).parent
STATIC = HERE / "static"


def slug_shown(slug: str) -> str:
    """A slug as it stands in an address."""
    return slug.replace("_", "-")


def question_address(slug: str, *rest: str) -> str:
    """Where a question's page, or a thing below it, is."""
    return "/".join(["/questions", slug_shown(slug), *rest])


def answer_address(slug: str, heading: str) -> str:
    """Where an answer is: the page, or the heading on it, if that is not empty."""
    return question_address(slug) + (f"#{heading}" if heading else "")


def dated(moment: datetime | str) -> str:
    """A day as it is written: 21 November 2026; 2026년 11월 21일. A moment is shown in this machine's time zone."""
    when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if when.tzinfo is not None:
        when = when.astimezone()
    if spoken() == "ko":
        return f"{when.year}년 {when.month}월 {when.day}일"
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


def asset(name: str) -> str:
    """The address of a shipped file, with its hash, so that a browser may keep it for ever."""
    return f"/static/{name}?v={_hash(name)}"


@cache
def _hash(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


@cache
def environment() -> Environment:
    """The templates. What they name must exist, and every value is escaped unless it is known to be HTML."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals.update(
        _=_,
        spoken=spoken,
        asset=asset,
        question_address=question_address,
        answer_address=answer_address,
        languages=LANGUAGES,
        with_josa=with_josa,
    )
    env.filters.update(dated=dated, number=written, slug=slug_shown, marked=marked)
    return env


def prepare() -> None:
    """Compile every template ahead of the first page that needs it."""
    for name in environment().list_templates():
        environment().get_template(name)


def fragment(template: str, **values: Any) -> str:
    """A piece of a page."""
    return environment().get_template(template).render(**values)


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page."""
    around = {
        "language": spoken(),
        "theme": theme_of(request),
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "asked": request.query_params.get("q", ""),
    }
    return HTMLResponse(fragment(template, **around, **values), status_code=status)


def refusal(request: Request, status: int, sentence: str) -> HTMLResponse:
    """An answer of one sentence."""
    return page(request, "refusal.html", status, sentence=sentence)


def stranger(request: Request, status: int, sentence: str) -> HTMLResponse:
    """The same to a browser that was not let in: it gets no style sheet and may follow no link, so there are none."""
    return page(request, "stranger.html", status, sentence=sentence)
