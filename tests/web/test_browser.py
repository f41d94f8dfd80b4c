"""The whole loop in a real browser, in both languages; every page by axe-core; nothing asked of any other machine."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from web.school import MORNING, QUESTION, book

from seodang.cli.opening import _listening
from seodang.store import Store
from seodang.web import create_app
from seodang.web.guard import Door

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PAGES = (
    "/",
    "/syllabus",
    "/search?q=sigmoid",
    QUESTION,
    "/evidence",
    "/terms",
    "/review",
    "/calibration",
    "/mine",
    "/nothing",
)
SAID = {
    "en": {"predict": "Predict", "run": "Run the experiment", "right": "You were right.", "again": "Right.", "keep": "Keep"},
    "ko": {"predict": "예측", "run": "실험 돌리기", "right": "맞았습니다.", "again": "맞았습니다.", "keep": "저장"},
}


@dataclass
class Served:
    """A school that listens, and its clock."""

    address: str
    base: str
    now: list[object] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it. Where SEODANG_REQUIRE_BROWSER is set, its absence is a failure and not a skip."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        (pytest.fail if os.environ.get("SEODANG_REQUIRE_BROWSER") else pytest.skip)("Chromium is not here: install it")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("SEODANG_HOME", str(tmp_path))
    listening = _listening(0)
    door = Door(listening.getsockname()[1])
    now = [MORNING]
    with Store.open(f"sqlite:///{(tmp_path / 'seodang.db').as_posix()}") as store:
        app = create_app(book(tmp_path / "book"), store, lambda: now[0], home=tmp_path, door=door)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield Served(door.address, f"http://127.0.0.1:{door.port}", now)  # type: ignore[arg-type]
        app.state.desk.runs.closing = True
        server.should_exit = True
        thread.join()
        listening.close()


@dataclass
class Visit:
    """A browser window, and what must not happen in it."""

    page: Page
    context: BrowserContext
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def visit(browser: Browser, served: Served, language: str, **options: object) -> Visit:
    context = browser.new_context(locale={"ko": "ko-KR", "en": "en-GB"}[language], **options)  # type: ignore[arg-type]
    one = Visit(context.new_page(), context)
    one.page.on("request", lambda r: None if r.url.startswith((served.base, "data:")) else one.foreign.append(r.url))
    one.page.on("console", lambda m: one.complaints.append(m.text) if m.type == "error" else None)
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    return one


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_whole_loop(browser: Browser, served: Served, language: str) -> None:
    seen, said = visit(browser, served, language), SAID[language]
    page = seen.page
    page.goto(served.address)
    page.keyboard.press("/")
    page.keyboard.type("시그모이드" if language == "ko" else "sigmoid")
    page.locator("#found a").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{QUESTION}")

    page.get_by_role("radio").first.check()
    page.locator("input[type=range]").fill("85")
    assert page.locator("#sure").input_value() == "85"
    page.locator("#predict").get_by_role("button", name=said["predict"], exact=True).click()
    page.get_by_role("button", name=said["run"]).click()
    page.locator("#live a.primary").wait_for(timeout=60_000)  # told by the stream, without a reload
    assert page.locator("#live .dots i.yes").count() == 6
    assert page.locator("#cancel").count() == 0
    page.locator("#live a.primary").click()

    assert said["right"] in page.locator("#result").inner_text()
    page.locator("[data-figure]").scroll_into_view_if_needed()
    page.locator("[data-figure] svg").wait_for(timeout=60_000)
    page.get_by_role("textbox").last.fill("$\\frac{1}{2}$ **seeds**")
    page.get_by_role("button", name=said["keep"]).click()
    assert page.locator(".note strong").inner_text() == "seeds"

    page.locator("#knob-gain").fill("0.05")
    page.locator("#change button").click()
    page.locator("#live a.primary").wait_for(timeout=60_000)
    assert page.locator("#live .dots i.no").count() == 6
    page.locator("#live a.primary").click()
    assert "gain = 0.05" in page.locator("main").inner_text()

    served.now[0] += timedelta(days=1)  # type: ignore[operator]
    page.goto(f"{served.base}/review")
    page.keyboard.press("1")
    page.wait_for_url("**/review/answered**")
    assert said["again"] in page.locator("[role=status]").inner_text()
    page.keyboard.press("Space")
    page.wait_for_url("**/review?*")

    page.goto(f"{served.base}/mine")
    with page.expect_download() as download:
        page.locator("a[href$='seodang.zip']").click()
    assert download.value.path().stat().st_size > 1000
    assert seen.foreign == []
    assert seen.complaints == []
    seen.context.close()


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_free_of_violations_and_fits_a_small_screen(
    browser: Browser, served: Served, language: str, theme: str
) -> None:
    seen = visit(browser, served, language, color_scheme=theme, viewport={"width": 375, "height": 800}, bypass_csp=True)
    page = seen.page
    page.goto(served.address)
    found: list[str] = []

    def check(address: str) -> None:
        page.goto(served.base + address)
        page.evaluate(AXE)
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found.extend(f"{address}: {each['id']} {each['nodes'][0]['html'][:120]}" for each in result["violations"])
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{address}: wider than the screen")

    for address in PAGES:
        check(address)
    page.goto(served.base + QUESTION)
    page.get_by_role("radio").last.check()
    page.locator("#predict button.primary").click()
    check(QUESTION)
    page.locator("#run .row form button").last.click()
    served.now[0] += timedelta(days=1)  # type: ignore[operator]
    for address in PAGES:
        check(address)
    page.goto(f"{served.base}/review")
    page.keyboard.press("1")
    page.wait_for_url("**/review/answered**")
    check(page.url.removeprefix(served.base))
    assert found == []
    seen.context.close()


def test_without_javascript_one_predicts_runs_and_reads(browser: Browser, served: Served) -> None:
    seen = visit(browser, served, "en", java_script_enabled=False)
    page = seen.page
    page.goto(served.address)
    page.goto(served.base + QUESTION)
    page.get_by_role("radio").first.check()
    page.locator("#sure").fill("60")
    page.locator("#predict button.primary").click()
    page.get_by_role("button", name="Run the experiment").click()
    until = time.monotonic() + 60
    while not page.locator("#live a.primary").count():  # the page reloads itself
        assert time.monotonic() < until
        page.wait_for_timeout(300)
    page.locator("#live a.primary").click()
    assert "You were right." in page.locator("#result").inner_text()
    page.wait_for_load_state("load")
    assert page.locator("[data-figure] img").evaluate("image => image.naturalWidth") > 300
    seen.context.close()
