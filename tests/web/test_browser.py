"""The whole loop in a real browser, in both languages, with scripts and without; two tabs, going back, pressing twice."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser
from web.school import QUESTION, SLUG
from web.served import Served, visit

SAID = {
    "en": {"predict": "Predict", "run": "Run the experiment", "right": "You were right.", "again": "Right.", "keep": "Keep"},
    "ko": {"predict": "예측", "run": "실험 돌리기", "right": "맞았습니다.", "again": "맞았습니다.", "keep": "저장"},
}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_whole_loop(browser: Browser, served: Served, language: str) -> None:
    said = SAID[language]
    with visit(browser, served, language) as seen:
        page = seen.page
        seen.context.clear_cookies()
        page.goto(served.door.address)
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
        seen.to_its_end()  # told by the stream, without a reload
        assert page.locator("#live .dots i.yes").count() == 6
        assert page.locator("#cancel").count() == 0
        page.locator("#live a.primary").click()

        assert said["right"] in page.locator("#result").inner_text()
        page.locator("[data-figure]").scroll_into_view_if_needed()
        page.locator("[data-figure] svg").wait_for(timeout=60_000)
        page.get_by_role("textbox").last.fill("$\\frac{1}{2}$ **seeds**")
        page.get_by_role("button", name=said["keep"]).click()
        assert page.locator(".note strong").inner_text() == "seeds"

        seen.run(gain="0.05")
        seen.to_its_end()
        assert page.locator("#live .dots i.no").count() == 6
        page.locator("#live a.primary").click()
        assert "gain = 0.05" in page.locator("main").inner_text()

        served.days_pass()
        seen.goto("/review")
        page.keyboard.press("1")
        page.wait_for_url("**/review/answered**")
        assert said["again"] in page.locator("[role=status]").inner_text()
        page.keyboard.press("Space")
        page.wait_for_url("**/review?*")

        seen.goto("/mine")
        with page.expect_download() as download:
            page.locator("a[href$='seodang.zip']").click()
        assert download.value.path().stat().st_size > 1000
        assert seen.foreign == []
        assert seen.complaints == []


def test_without_javascript_one_predicts_runs_and_reads(browser: Browser, served: Served) -> None:
    with visit(browser, served, java_script_enabled=False) as seen:
        page = seen.goto(QUESTION)
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
        page.locator(".explanation a.term").first.click()
        page.wait_for_url("**/terms#relu")


def test_pressing_twice_predicts_once_and_runs_once(browser: Browser, served: Served) -> None:
    with visit(browser, served) as seen:
        seen.goto(QUESTION).get_by_role("radio").first.check()
        seen.page.locator("#predict button.primary").dblclick()
        seen.page.locator("#run").wait_for()
        assert len(served.desk.record().predictions) == 1
        seen.page.locator("form[action$='/run'] button").dblclick()
        seen.to_its_end()
        assert len(served.desk.store.runs(served.desk.me)) == 1


def test_going_back_and_reloading_send_nothing_again(browser: Browser, served: Served) -> None:
    with visit(browser, served) as seen:
        seen.predict()
        seen.page.go_back()
        assert seen.page.locator("#run, #predict").count()
        seen.page.go_forward()
        seen.page.reload()
        assert len(served.desk.record().predictions) == 1
        seen.look()
        seen.page.reload()
        assert len(served.desk.record().results) == 1
        assert "You were right." in seen.page.locator("#result").inner_text()


def test_going_back_to_a_run_goes_on_listening(browser: Browser, served: Served) -> None:
    with visit(browser, served) as seen:
        seen.predict()
        seen.run()
        seen.page.locator(".kicker a").click()
        seen.page.locator("#run").wait_for()
        seen.page.go_back()
        seen.to_its_end()
        assert seen.page.locator("#live .dots i").count() >= 6


def test_a_form_that_was_sent_can_be_sent_again_after_going_back(browser: Browser, served: Served) -> None:
    """That the guard against double clicks is not for ever."""
    with visit(browser, served) as seen:
        for choice in ("relu", "same"):
            seen.goto(QUESTION)
            if seen.page.locator("#run details").count():
                seen.page.locator("#run summary").click()
            seen.page.locator(f"[name=choice][value={choice}]").check()
            seen.page.locator("#predict button.primary").click()
            seen.page.locator("#run").wait_for()
            seen.page.go_back()
        assert [each.choice for each in served.desk.record().predictions] == ["relu", "same"]


def test_two_tabs_see_the_same_run_and_a_note_of_one_is_not_lost_to_the_other(browser: Browser, served: Served) -> None:
    with visit(browser, served) as one:
        one.predict()
        other = one.context.new_page()
        other.goto(one.base + QUESTION)
        one.run()
        other.locator("form[action$='/run'] button").click()  # it was still asked for there
        other.locator("#live a.primary").wait_for(timeout=60_000)
        one.to_its_end()
        assert other.url == one.page.url
        assert len(served.desk.store.runs(served.desk.me)) == 1
        for page in (one.page, other):
            page.goto(one.base + QUESTION)
        one.page.locator("textarea[name=text]").fill("first")
        one.page.locator("form[action$='/note'] button").click()
        one.page.locator(".note").wait_for()
        other.locator("textarea[name=text]").fill("second")
        other.locator("form[action$='/note'] button").click()
        other.locator("[role=alert]").wait_for()
        assert other.locator(".note").inner_text() == "first"
        assert other.locator("textarea").input_value() == "second"
        assert served.desk.store.note(served.desk.me, SLUG).text == "first"


def test_while_it_runs_the_prediction_stands_as_it_was(browser: Browser, served: Served) -> None:
    with visit(browser, served) as one:
        one.predict(choice=0)
        other = one.context.new_page()
        other.goto(one.base + QUESTION)
        other.locator("#run details summary").click()
        one.page.locator("form[action$='/run'] button").click()
        one.page.locator("#live").wait_for()
        job = served.desk.runs.latest(SLUG)
        assert job
        other.get_by_role("radio").last.check()
        other.locator("#predict button.primary").click()
        other.locator("#run, #result").first.wait_for()
        one.to_its_end()
        made = served.desk.opening(SLUG).prediction
        assert made
        assert made.choice == "relu"
