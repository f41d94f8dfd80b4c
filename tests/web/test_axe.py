"""Every page in every state by axe-core, in both languages, light and dark, on a small screen and a wide one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from web.routes import EXAMPLES
from web.school import QUESTION
from web.served import Served, Visit, visit

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
NOT_PAGES = (
    "/static",
    "/found",
    "/counted",
    "/count/by-hand/",
    "/favicon",
    "/mine/",
    "/runs/1/",
    f"{QUESTION}/figure",
    f"{QUESTION}/evidence.json",
)
PAGES = [
    *(each for each in EXAMPLES if not each.startswith(NOT_PAGES) and "/events" not in each and "." not in each),
    "/search?q=qqqqqq",
    "/nothing",
    "/questions/nope",
]
"""Every address of `routes.EXAMPLES` that is a page, and those of things that are not there."""
SCREENS = {"small": {"width": 375, "height": 800}, "wide": {"width": 1280, "height": 900}}


def states(seen: Visit, served: Served) -> Iterator[str]:
    """Go through a learner's life; at every state that looks different, its name is given and the page is open."""
    for address in PAGES:
        seen.goto(address)
        yield f"{address}, for one who is new"
    seen.page.locator(".search input").fill("sigmoid")
    seen.page.locator("#found a").first.wait_for()
    yield "search, while one types"
    seen.predict()
    yield "predicted"
    seen.run()
    yield "running, early"
    seen.page.locator("#live .dots i").first.wait_for(timeout=60_000)
    yield "running, seeds are in"
    seen.to_its_end()
    yield "running, over"
    seen.goto(QUESTION).locator("summary").evaluate_all("all => all.forEach(each => (each.parentElement.open = true))")
    yield "result and explanation, all opened"
    seen.page.locator(".explanation a.term").first.click()
    yield "what a word means"
    seen.run(gain="0.05")
    seen.to_its_end()
    yield "exploration, over"
    seen.goto(f"{QUESTION}/explorations")
    yield "explorations"
    seen.run(gain="7")
    seen.to_its_end()
    yield "exploration, refused"
    served.days_pass()
    for address in PAGES:
        seen.goto(address)
        yield f"{address}, for one who has begun"
    seen.goto("/review")
    seen.page.keyboard.press("1")
    seen.page.wait_for_url("**/review/answered**")
    yield "review, answered"
    cards = "#separator:tab\n#html:false\nWhat is a seed?\tWhat redraws *everything*.\n"
    form = seen.goto("/mine").locator("#anki")
    form.set_input_files({"name": "cards.txt", "mimeType": "text/plain", "buffer": cards.encode()})
    form.locator("xpath=ancestor::form").locator("button").click()
    seen.page.locator("[role=status]").wait_for()
    yield "brought in"
    served.days_pass()
    seen.goto("/review")
    yield "review, front"
    seen.page.keyboard.press("Space")
    seen.page.locator("[name=grade]").first.wait_for()
    yield "review, back"
    seen.goto("/mine?done=unsure")
    seen.page.locator("#word").fill("x")
    seen.page.locator("form[action='/mine/forget'] button").click()
    yield "not deleted"
    seen.goto(f"{QUESTION}?of=recorded").locator("textarea[name=text]").fill("$\\frac{1}{2}$ **seeds**\n\n- one\n- two")
    seen.page.locator("form[action$='/note'] button").click()
    seen.page.locator(".note").wait_for()
    yield "a note"


CONTRAST = {"runOnly": ["color-contrast"]}


def violations(seen: Visit, state: str, **options: object) -> Iterator[str]:
    """What axe-core finds on the page as it is, and whether something sticks out of the screen."""
    result = seen.page.evaluate("options => axe.run(document, {...options, resultTypes: ['violations']})", options)
    for each in result["violations"]:
        yield f"{state}: {each['id']} {each['nodes'][0]['html'][:120]}"
    if seen.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield f"{state}: wider than the screen"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_page_in_every_state_is_free_of_violations_and_fits(browser: Browser, served: Served, language: str) -> None:
    """Light and dark differ in colours alone, so that of the dark page only these are looked at again."""
    found: list[str] = []
    with visit(browser, served, language, reduced_motion="reduce", bypass_csp=True) as seen:
        for state in states(seen, served):
            seen.page.evaluate(AXE)
            for screen, size in SCREENS.items():
                seen.page.set_viewport_size(size)  # type: ignore[arg-type]
                seen.page.emulate_media(color_scheme="light")
                found += violations(seen, f"{state}, {screen}, light")
                seen.page.emulate_media(color_scheme="dark")
                found += violations(seen, f"{state}, {screen}, dark", **CONTRAST)
    assert not found, "\n".join(found)
