"""The pictures in docs/pages, taken of the real book in a real browser: `.venv/bin/python tests/web/screenshots.py`."""

from __future__ import annotations

import shutil
import subprocess
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
from seodang.web.counting import EXAMPLES, Settings
from seodang.web.desk import Desk
from seodang.web.guard import Door

OUT = Path(__file__).parents[2] / "docs" / "pages"
RELU = "/questions/relu-over-sigmoid"
VGG = next(Settings(spec=each.spec, input=each.input).address() for each in EXAMPLES if each.name == "VGG-16")
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
    page.locator("#live .verdicts li:first-child .dots i").nth(4).wait_for(timeout=120_000)  # five of the second block's
    page.screenshot(path=OUT / "running.png", full_page=True)
    page.locator("#live a.primary").wait_for(timeout=120_000)
    for depth in ("2", "4"):
        page.goto(base + RELU)
        page.locator("#knob-depth").fill(depth)
        page.locator("#change button").first.click()
        page.locator("#live a.primary").wait_for(timeout=120_000)
    page.locator("#live a.primary").click()
    while not page.evaluate("[...document.querySelectorAll('.compare img')].every(one => one.complete && one.naturalWidth)"):
        page.wait_for_timeout(200)
    page.screenshot(path=OUT / "explorations.png")
    context.close()


def word(browser: Browser, door: Door, base: str) -> None:
    """What a word of the text means, opened where it stands."""
    context = browser.new_context(viewport={"width": 1200, "height": 700}, locale="en-GB")
    context.add_cookies([{"name": door.cookie, "value": door.key, "url": base}])
    page: Page = context.new_page()
    page.goto(f"{base}{RELU}#why")
    page.locator(".explanation a.term[href$=he_initialization]").first.click()
    page.wait_for_timeout(300)
    page.screenshot(path=OUT / "word.png")
    context.close()


def squeezed() -> None:
    """The pictures made smaller, where the program for it is installed."""
    if program := shutil.which("pngquant"):
        for picture in sorted(OUT.glob("*.png")):
            command = [program, "--force", "--skip-if-larger", "--quality=80-98", "--output", str(picture), str(picture)]
            subprocess.run(command, check=False)  # it says by its exit code that it left one as it was


def count(browser: Browser, door: Door, base: str) -> None:
    """The calculators."""
    tall: dict[str, Any] = {"viewport": {"width": 1200, "height": 1720}}
    narrow: dict[str, Any] = {"viewport": {"width": 375, "height": 1500}, "device_scale_factor": 2}
    take(browser, door, base, "count", VGG, **tall)
    take(
        browser, door, base, "count-korean-dark", f"{VGG}&layer=20&batch=128", ".totals", locale="ko-KR", color_scheme="dark"
    )
    take(browser, door, base, "count-korean-375", VGG, ".totals", locale="ko-KR", **narrow)
    take(browser, door, base, "count-by-hand", "/count/by-hand")


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
            take(browser, door, base, "result", RELU, "#result")
            take(browser, door, base, "figure-dark", RELU, ".figure", **dark)
            take(browser, door, base, "figure-korean-375", RELU, ".figure", **korean, **narrow)
            take(browser, door, base, "why-korean", RELU, "#why", **korean)
            take(browser, door, base, "change", RELU, "#change")
            take(browser, door, base, "review", "/review")
            take(browser, door, base, "calibration", "/calibration")
            take(browser, door, base, "evidence-dark", "/evidence", "#activations", **dark)
            take(browser, door, base, "terms-korean", "/terms", **korean)
            take(browser, door, base, "syllabus", "/syllabus")
            word(browser, door, base)
            count(browser, door, base)
            browser.close()
        app.state.desk.runs.closing = True
        server.should_exit = True
        thread.join()
        listening.close()
    shutil.rmtree(home)
    squeezed()


if __name__ == "__main__":
    main()
