"""The Count page in a real browser: numbers follow what is typed and slid, with scripts and without, for everyone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Request
from web.served import Served, visit
from web.test_axe import AXE, SCREENS
from web.test_counting import LENET, TRANSFORMER, VGG_PAGE, at

from seodang.counting.spec import from_spec
from seodang.web.counting import Settings


def total(page: Page) -> str:
    return page.locator(".totals dd span").first.inner_text()


def becomes(page: Page, spec: str, *shape: int) -> None:
    """The page has counted this network."""
    counted = f"{from_spec(spec, shape).parameters:,}"
    page.locator(".totals dd span").first.filter(has_text=counted).wait_for(timeout=10_000)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_numbers_follow_what_is_typed_and_slid(browser: Browser, served: Served, language: str) -> None:
    with visit(browser, served, language) as seen:
        page = seen.goto("/")
        page.locator("nav a[href='/count']").first.click()
        becomes(page, LENET.spec, 1, 32, 32)
        page.locator("#spec").fill("conv3-64p relu pool fc10")
        becomes(page, "conv3-64p relu pool fc10", 1, 32, 32)
        assert "spec=conv3-64p+relu+pool+fc10" in page.url

        page.locator("[data-slides=width]").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("#width").input_value() == "1.25"
        becomes(page, "conv3-80p relu pool fc10", 1, 32, 32)
        page.locator("[data-slides=input]").focus()
        page.keyboard.press("End")
        assert page.locator("#input").input_value() == "1x512x512"
        becomes(page, "conv3-80p relu pool fc10", 1, 512, 512)

        before = page.locator("#fits .now .sum").inner_text()
        page.locator("[data-slides=batch]").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("#batch").input_value() == "64"
        page.wait_for_function("sum => document.querySelector('#fits .now .sum').innerText !== sum", arg=before)
        assert page.evaluate("document.activeElement.dataset.slides") == "batch"
        page.locator("#fits [data-batch]").click()
        page.locator("#fits .now .of").filter(has_text=page.locator("#batch").input_value()).wait_for()
        assert seen.foreign == []
        assert seen.complaints == []


def test_a_layer_is_chosen_by_slider_in_the_picture_and_in_the_table(browser: Browser, served: Served) -> None:
    with visit(browser, served) as seen:
        page = seen.goto(VGG_PAGE.address())
        marked = page.locator("tr[aria-current] td").first
        assert marked.inner_text() == "31"
        page.locator("[data-slides=layer]").focus()
        page.keyboard.press("ArrowLeft")
        marked.filter(has_text="30").wait_for()
        page.locator("svg [data-layer='3']").click(position={"x": 2, "y": 2})
        marked.filter(has_text=re.compile("^3$")).wait_for()
        page.locator("a[data-layer='32']").click()
        marked.filter(has_text="32").wait_for()
        assert page.locator("#layer").input_value() == "32"
        assert "sees the whole input" in page.locator("figcaption").inner_text()

        before, address = page.locator("#counted").inner_text(), page.url
        page.reload()
        assert page.url == address
        assert page.locator("#counted").inner_text() == before


def test_a_slip_stands_beside_what_is_typed_until_it_is_mended(browser: Browser, served: Served) -> None:
    with visit(browser, served) as seen:
        page = seen.goto("/count")
        before = total(page)
        page.locator("#spec").fill("conv9-4 pool conv99-4 fc10")
        page.locator("#told p").wait_for()
        assert "its input is 12 x 12" in page.locator("#told").inner_text()
        assert page.locator("#spec").get_attribute("aria-invalid") == "true"
        assert page.locator("#spec").input_value() == "conv9-4 pool conv99-4 fc10"
        assert total(page) == before
        page.locator("#spec").fill("conv9-4 pool fc10")
        page.locator("#told p").wait_for(state="detached")
        assert page.locator("#spec").get_attribute("aria-invalid") is None
        becomes(page, "conv9-4 pool fc10", 1, 32, 32)
        assert seen.complaints == []


def test_calculators_answer_while_one_types(browser: Browser, served: Served) -> None:
    with visit(browser, served) as seen:
        page = seen.goto("/count/by-hand")
        page.locator("#output-n").fill("32")
        page.locator("#output-answer b").filter(has_text=re.compile("^16$")).wait_for()
        page.locator("#output-k").fill("99")
        page.locator("#output-answer").filter(has_text="does not fit").wait_for()
        assert seen.complaints == []


def test_without_javascript_the_button_counts(browser: Browser, served: Served) -> None:
    with visit(browser, served, java_script_enabled=False) as seen:
        page = seen.goto("/count")
        assert not page.locator("[data-slides=batch]").is_visible()
        page.locator("#spec").fill("fc10")
        page.locator("#input").fill("784")
        page.get_by_role("button", name="Count it").click()
        assert total(page) == "7,850"
        card_of_linear = seen.goto("/count/by-hand").locator("form#linear")
        card_of_linear.get_by_label("inputs n").fill("784")
        card_of_linear.get_by_role("button").click()
        assert page.locator("#linear b").inner_text() == f"{785 * 4096:,}"


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_every_state_is_free_of_violations_and_fits(
    browser: Browser, served: Served, language: str, theme: str, screen: str
) -> None:
    states = {
        "does not fit": VGG_PAGE.address(batch=4096, layer=14),
        "nothing to see": Settings(spec=TRANSFORMER.spec, input=TRANSFORMER.input).address(),
        "slip": at(spec="conv9-4", input="1x4x4"),
        "by hand": "/count/by-hand",
        "by hand, slip": "/count/by-hand?of=output&n=0",
    }
    found: list[str] = []
    with visit(browser, served, language, color_scheme=theme, viewport=SCREENS[screen], bypass_csp=True) as seen:
        for state, address in states.items():
            page = seen.goto(address)
            page.locator("details").evaluate_all("all => all.forEach(each => (each.open = true))")
            page.evaluate(AXE)
            result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            found.extend(f"{state}: {each['id']} {each['nodes'][0]['html'][:160]}" for each in result["violations"])
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{state}: wider than the screen")
    assert found == []


@pytest.mark.parametrize("address", [VGG_PAGE.address(), "/count/by-hand"], ids=["network", "by hand"])
def test_the_pages_are_light(browser: Browser, served: Served, address: str) -> None:
    fetched: list[Request] = []
    with visit(browser, served, "ko") as seen:
        seen.page.on("requestfinished", lambda each: fetched.append(each))
        seen.goto(address).wait_for_load_state("networkidle")
        assert any("fonts/" in each.url for each in fetched)
        assert sum(each.sizes()["responseBodySize"] for each in fetched) <= 300_000
