"""Who may talk to the school: this machine's browser, opened by `seodang open`, from its own pages. Pure ASGI.

Three checks stand before every page. The Host header must name this machine: a foreign page cannot reach us by a name that
it points here. A browser must have been let in: the address that is opened carries a token that works once and is exchanged
for a cookie. And what changes something must come from a page of ours.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse

from seodang.locale import _
from seodang.web.pages import refusal, stranger

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMES = ("127.0.0.1", "localhost")
SAFE = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with no-referrer the browser would send Origin: null, which looks foreign
    "X-Content-Type-Options": "nosniff",
}


@dataclass
class Door:
    """The token in the opened address, used once, and the key in the cookie it is exchanged for."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def cookie(self) -> str:
        """The cookie's name. Cookies do not know ports, so the name does: two schools on one machine do not collide."""
        return f"seodang-{self.port}"

    @property
    def address(self) -> str:
        """What is opened."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    def exchange(self, token: str) -> bool:
        """Whether the token is the one given out, which then works no more."""
        if not self.token or not hmac.compare_digest(token.encode(), self.token.encode()):
            return False
        self.token = ""
        return True

    def knows(self, cookies: str) -> bool:
        """Whether a Cookie header carries the key."""
        try:
            given = SimpleCookie(cookies).get(self.cookie)
        except CookieError:
            return False
        return given is not None and hmac.compare_digest(given.value.encode(), self.key.encode())


class Guard:
    """The three checks, and the headers that every answer carries."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer with a sentence."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    answered.setdefault(name, value)
                answered.setdefault("Cache-Control", "no-cache, private")
            await send(message)

        answer = self._answer(scope, headers) or self.app
        await answer(scope, receive, with_headers)

    def _answer(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """What is answered in place of the page, if anything."""
        request = Request(scope)
        if not self._ours(headers.get("host", "")):
            return stranger(
                request, 421, _("Seodang answers only to its own address on this machine: {host}.", host=self._host())
            )
        if not self.door.knows(headers.get("cookie", "")):
            return self._let_in(request)
        if scope["method"] not in SAFE and not self._from_ourselves(headers):
            return refusal(request, 403, _("This did not come from a page of Seodang, so nothing was changed."))
        return None

    def _host(self) -> str:
        return f"127.0.0.1:{self.door.port}"

    def _ours(self, host: str) -> bool:
        return host in {f"{name}:{self.door.port}" for name in NAMES}

    def _let_in(self, request: Request) -> ASGIApp:
        query = parse_qs(request.url.query)
        if request.method == "GET" and self.door.exchange(query.pop("token", [""])[0]):
            rest = urlencode(query, doseq=True)
            answer = RedirectResponse(request.url.path + (f"?{rest}" if rest else ""), status_code=303)
            answer.set_cookie(self.door.cookie, self.door.key, httponly=True, samesite="lax", path="/")
            return answer
        return stranger(request, 403, _("Open the address that `seodang open` printed; it lets this browser in once."))

    def _from_ourselves(self, headers: Headers) -> bool:
        """Sec-Fetch-Site where the browser sends it, and Origin, which must name this address."""
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        return self._ours(urlsplit(headers.get("origin", "")).netloc)
