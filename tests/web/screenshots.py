"""The pictures in docs/pages, taken of the real book in a real browser: `.venv/bin/python tests/web/screenshots.py`."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from seodang.cli.opening import _listening
from seodang.library import Library
from seodang.review import Grade, Prediction, Result, Review
from seodang.store import Store
from seodang.web import create_app
from seodang.web.desk import Desk
from seodang.web.guard import Door

OUT = Path(__file__).parents[2] / "docs" / "pages"
RELU = "/questions/relu-over-sigmoid"
BEGUN = datetime(2026, 11, 2, 9, tzinfo=UTC)
SURE = {"hinge_loss": 60, "learning_rate": 85, "nonlinearity": 75, "weight_initialization": 90, "dropout": 55, "lstm": 95}
"""What the learner in the pictures has predicted; every third time wrongly."""


def study(desk: Desk) -> None:
    """Two weeks of a learner's life."""
    for day, (slug, sure) in enumerate(SURE.items()):
        question = desk.library.question(slug)
        evidence = desk.shelf.recorded(question)
        assert evidence is not None
        at = BEGUN + timedelta(days=day)
        right = question.page("en").predict.right({claim.claim: str(claim.outcome) for claim in evidence.claims})
        choices = [choice.id for choice in question.page("en").predict.choices]
        out = right.id if right else choices[0]
        said = next(id for id in choices if id != out) if day % 3 == 2 else out
        desk.store.predict(desk.me, Prediction(slug, said, sure, at), f"p{day}")
        desk.store.saw_result(desk.me, Result(slug, out, at + timedelta(minutes=5)), f"r{day}")
        if day % 2 == 0:
            desk.store.explained(desk.me, slug, at + timedelta(minutes=9))
        if day < 3:
            for later in (2, 5, 12):
                review = Review(slug, Grade.GOOD, at + timedelta(days=later), answer=out)
                desk.store.log_review(desk.me, review, f"v{day}-{later}")


def take(browser: Browser, door: Door, base: str, name: str, address: str, at: str = "", **options: object) -> None:
    """One picture; `at` is what is scrolled to first."""
    settings = {"viewport": {"width": 1200, "height": 900}, "locale": "en-GB", "color_scheme": "light", **options}
    context = browser.new_context(**settings)  # type: ignore[arg-type]
    context.add_cookies([{"name": door.cookie, "value": door.key, "url": base}])
    page = context.new_page()
    page.goto(base + address)
    if at:
        page.locator(at).first.evaluate("part => part.scrollIntoView()")
        page.wait_for_timeout(4000)
    page.wait_for_timeout(500)
    page.screenshot(path=OUT / f"{name}.png")
    context.close()


def live(browser: Browser, door: Door, base: str) -> None:
    """A run in its course."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, locale="en-GB")
    context.add_cookies([{"name": door.cookie, "value": door.key, "url": base}])
    page: Page = context.new_page()
    page.goto(base + RELU)
    page.get_by_role("radio").first.check()
    page.locator("#sure").fill("80")
    page.locator("#predict button.primary").click()
    page.get_by_role("button", name="Run the experiment").click()
    page.locator("#live .dots i").first.wait_for(timeout=120_000)
    page.wait_for_timeout(700)
    page.screenshot(path=OUT / "running.png", full_page=True)
    page.locator("#live a.primary").wait_for(timeout=120_000)
    context.close()


def main() -> None:
    """Take them all."""
    home = Path(tempfile.mkdtemp())
    OUT.mkdir(parents=True, exist_ok=True)
    listening = _listening(0)
    door = Door(listening.getsockname()[1])
    base = f"http://127.0.0.1:{door.port}"
    narrow: dict[str, Any] = {"viewport": {"width": 375, "height": 812}, "device_scale_factor": 2}
    korean: dict[str, Any] = {"locale": "ko-KR"}
    dark: dict[str, Any] = {"color_scheme": "dark"}
    with Store.open(f"sqlite:///{(home / 'seodang.db').as_posix()}") as store:
        now = BEGUN + timedelta(days=19)
        app = create_app(Library.open(), store, lambda: now, home=home, door=door)
        study(app.state.desk)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            take(browser, door, base, "today", "/")
            take(browser, door, base, "today-korean-dark", "/", **korean, **dark)
            take(browser, door, base, "today-korean-375", "/", **korean, **narrow)
            take(browser, door, base, "predict", RELU, "#predict")
            take(browser, door, base, "predict-korean-375", RELU, "#predict", **korean, **narrow)
            live(browser, door, base)
            take(browser, door, base, "result", RELU, "#result .verdicts")
            take(browser, door, base, "figure-dark", RELU, ".figure", **dark)
            take(browser, door, base, "figure-korean-375", RELU, ".figure", **korean, **narrow)
            take(browser, door, base, "why-korean", RELU, "#why", **korean)
            take(browser, door, base, "change", RELU, "#change")
            take(browser, door, base, "review", "/review")
            take(browser, door, base, "calibration", "/calibration")
            take(browser, door, base, "evidence-dark", "/evidence", "#activations", **dark)
            take(browser, door, base, "terms-korean", "/terms", **korean)
            take(browser, door, base, "syllabus", "/syllabus")
            browser.close()
        app.state.desk.runs.closing = True
        server.should_exit = True
        thread.join()
        listening.close()
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
