"""A school that listens, and windows of a real browser that look at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page
from web.school import MORNING, QUESTION, book

from seodang.cli.opening import _listening
from seodang.store import Store
from seodang.web import create_app
from seodang.web.desk import Desk
from seodang.web.guard import Door

LOCALES = {"ko": "ko-KR", "en": "en-GB"}


@dataclass
class Served:
    """A school that listens, and its clock."""

    door: Door
    desk: Desk
    now: list[datetime] = field(default_factory=list)

    @property
    def base(self) -> str:
        """The address of the first page."""
        return f"http://127.0.0.1:{self.door.port}"

    def days_pass(self, days: int = 1) -> None:
        """It is later."""
        self.now[0] += timedelta(days=days)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """The small book in a folder, served on a free port."""
    listening = _listening(0)
    door = Door(listening.getsockname()[1])
    now = [MORNING]
    with Store.open(f"sqlite:///{(folder / 'seodang.db').as_posix()}") as store:
        app = create_app(book(folder / "book"), store, lambda: now[0], home=folder, door=door)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield Served(door, app.state.desk, now)
        app.state.desk.runs.closing = True
        server.should_exit = True
        thread.join()
        listening.close()


@dataclass
class Visit:
    """A browser window that was let in, and what must not happen in it."""

    page: Page
    context: BrowserContext
    base: str
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def goto(self, address: str) -> Page:
        """A page of the school."""
        self.page.goto(self.base + address)
        return self.page

    def predict(self, choice: int = 0) -> None:
        """Predict the one question."""
        self.goto(QUESTION).get_by_role("radio").nth(choice).check()
        self.page.locator("#predict button.primary").click()
        self.page.locator("#run").wait_for()

    def look(self) -> None:
        """Read the recorded verdict."""
        self.goto(QUESTION).locator("form[action$='/look'] button").click()
        self.page.locator("#result").wait_for()

    def run(self, **knobs: str) -> None:
        """Begin the run, or an exploration; its page is open then."""
        self.goto(QUESTION)
        for name, value in knobs.items():
            self.page.locator(f"#knob-{name}").fill(value)
        self.page.locator(f"form[action$='/{'explore' if knobs else 'run'}'] button").click()
        self.page.locator("#live").wait_for()

    def to_its_end(self) -> None:
        """Wait until the run is over."""
        self.page.locator("#live a.primary").wait_for(timeout=60_000)


@contextmanager
def visit(browser: Browser, served: Served, language: str = "en", **options: object) -> Iterator[Visit]:
    """A window in this language; `options` are those of Playwright's `new_context`."""
    context = browser.new_context(locale=LOCALES[language], **options)  # type: ignore[arg-type]
    context.add_cookies([{"name": served.door.cookie, "value": served.door.key, "url": served.base}])
    one = Visit(context.new_page(), context, served.base)
    one.page.on("request", lambda r: None if r.url.startswith((served.base, "data:")) else one.foreign.append(r.url))
    one.page.on("console", lambda m: one.complaints.append(m.text) if m.type == "error" else None)
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    yield one
    context.close()
