"""Which language a page speaks and which colours it wears: what the reader chose, else what their browser asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from starlette.requests import Request

from seodang.locale import LANGUAGES, Language, speak

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = ("auto", "light", "dark")


def language_of(request: Request) -> Language:
    """The cookie's language, else the better liked of Korean and English in Accept-Language."""
    chosen = request.cookies.get("language")
    if chosen in LANGUAGES:
        return chosen
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> Language:
    """The language of ours with the highest quality in an Accept-Language header; English when neither is named."""
    best: Language = "en"
    highest = 0.0
    for part in header.split(","):
        tag, _, quality = part.strip().lower().partition(";q=")
        name = tag.partition("-")[0]
        try:
            value = float(quality or 1)
        except ValueError:
            continue
        if name in LANGUAGES and value > highest:
            best, highest = name, value
    return best


def theme_of(request: Request) -> Theme:
    """The colours chosen; `auto` is what the system prefers."""
    chosen = request.cookies.get("theme")
    return chosen if chosen in THEMES else "auto"


class Speaking:
    """Speaks the reader's language while a request is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the language lies in a context variable, which threads started for it inherit."""
        if scope["type"] == "http":
            speak(language_of(Request(scope)))
        await self.app(scope, receive, send)
