"""The application: its routes, what stands before them, and what is said when something goes wrong."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response

from seodang.library import BookError
from seodang.locale import _
from seodang.review import PredictionError
from seodang.store import StoreError
from seodang.web import (
    begin,
    byhand,
    calibration,
    claims,
    counting,
    drawings,
    exploring,
    files,
    mine,
    notes,
    questions,
    reviewing,
    running,
    terms,
)
from seodang.web.desk import Desk
from seodang.web.guard import Door, Guard
from seodang.web.known import KnownClaims
from seodang.web.language import Speaking
from seodang.web.pages import refusal
from seodang.web.shelf import Shelf
from seodang.web.workers import Runs

if TYPE_CHECKING:
    from pathlib import Path

    from seodang.library import Library
    from seodang.store import Store
    from seodang.web.desk import Clock

ROUTERS = (
    begin,
    exploring,
    questions,
    drawings,
    running,
    notes,
    terms,
    counting,
    byhand,
    claims,
    reviewing,
    calibration,
    mine,
    files,
)


def create_app(library: Library, store: Store, clock: Clock, *, home: Path, door: Door, runs: Runs | None = None) -> FastAPI:
    """The school of one learner.

    clock  tells the time, timezone-aware; tests bring their own
    home   the user's data directory: ledgers lie there
    door   who is let in
    runs   who trains; by default a process of its own, started at the first run
    """
    training = runs or Runs(home)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with suppress(StoreError):  # a full disk, say: the page that writes says so
            app.state.desk.tidy()
        warming = threading.Thread(target=app.state.desk.warm, daemon=True)
        warming.start()
        yield
        training.close()
        warming.join(timeout=1)  # it stops at the next question; the store is closed only then

    app = FastAPI(
        title="Seodang",
        docs_url=None,  # its pages would come from elsewhere
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(Speaking),
            Middleware(Guard, door=door),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6),
        ],
    )
    app.state.desk = Desk(
        library, store, clock, training, Shelf(home / "ledger"), KnownClaims(home / "cache" / "claims.json")
    )
    for module in ROUTERS:
        app.include_router(module.router)
    _explain(app)
    return app


def _explain(app: FastAPI) -> None:
    """Errors as sentences."""

    async def not_found(request: Request, error: Exception) -> Response:
        sentence = _("There is nothing at this address.")
        return refusal(request, 404, str(error) if isinstance(error, BookError) and not error.problem else sentence)

    async def broken_book(request: Request, error: Exception) -> Response:
        missing = isinstance(error, BookError) and error.problem is None
        return refusal(request, 404 if missing else 500, str(error))

    async def status(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return await not_found(request, error)
        return refusal(request, error.status_code, str(error.detail))

    async def unreadable(request: Request, _error: Exception) -> Response:
        return refusal(request, 400, _("What was sent cannot be read; go back and fill the form in again."))

    async def told(request: Request, error: Exception) -> Response:
        return refusal(request, 400 if isinstance(error, PredictionError) else 503, str(error))

    async def unwritten(request: Request, error: Exception) -> Response:
        assert isinstance(error, OSError)
        path, reason = error.filename or "", error.strerror or type(error).__name__
        sentence = _(
            "{path}: cannot be read or written ({reason}). See whether the disk is full or read-only.",
            path=path,
            reason=reason,
        )
        return refusal(request, 503, sentence)

    async def broken(request: Request, error: Exception) -> Response:
        kind = type(error).__name__
        return refusal(request, 500, _("Something broke here, which is our fault ({kind}). Nothing was lost.", kind=kind))

    app.add_exception_handler(BookError, broken_book)
    app.add_exception_handler(HTTPException, status)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(PredictionError, told)
    app.add_exception_handler(StoreError, told)
    app.add_exception_handler(OSError, unwritten)
    app.add_exception_handler(Exception, broken)
