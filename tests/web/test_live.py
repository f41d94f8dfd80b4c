"""A run as it is seen: seeds one by one in the order of the seed list, nothing that jumps, Cancel and the time in view."""

from __future__ import annotations

import dataclasses
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from web.school import SLUG, School, opened
from web.served import Served, visit
from web.test_running import run, wait_until

from seodang.evidence import Curves, Evidence
from seodang.web.livefigure import live_figure
from seodang.web.running import next_shown

SHIFTS = """
window.shifts = [];
new PerformanceObserver((seen) => seen.getEntries().forEach((each) => window.shifts.push(each.value)))
  .observe({type: "layout-shift", buffered: true});
"""


def messages(school: School, id: str) -> list[str]:
    """The pieces of the page that the stream of a run sends, to its end."""
    with school.client.stream("GET", f"/running/{id}/events") as stream:
        told = "".join(stream.iter_text())
    return [part for part in told.split("\n\n") if part.startswith("data:")]


def tally(message: str) -> int:
    """How many seeds a piece shows as answered."""
    return len(re.findall('<i class="(?:yes|no|tie)">', message))


def test_seeds_are_shown_one_by_one_and_the_tally_goes_with_them(school: School) -> None:
    school.predict()
    shown = [tally(message) for message in messages(school, run(school).id)]
    assert sorted(set(shown)) == list(range(7)), "0 to 6, none left out"
    assert shown == sorted(shown)


def test_it_is_decided_only_once_the_last_seed_is_shown(school: School) -> None:
    school.predict()
    told = messages(school, run(school).id)
    decided = [tally(message) for message in told if "Decided after" in message]
    assert set(decided) == {6}
    assert "Cancel" in told[0]
    assert "Cancel" not in told[-1]


def test_the_page_begins_as_the_first_message_does(school: School) -> None:
    """A message is laid over the page node by node: one line end too many, and the first would replace what is pressed."""
    school.predict()
    job = run(school)
    page = school.client.get(f"/running/{job.id}").text
    (begun,) = re.findall(r'<div class="card live"[^>]*>(.*?<form id="cancel")', page, re.DOTALL)
    first = "\n".join(line.removeprefix("data: ") for line in messages(school, job.id)[0].splitlines())
    shape = re.compile(r">[^<]+<")
    assert shape.sub("><", first).startswith(shape.sub("><", begun))


def test_one_who_comes_late_sees_all_seeds_at_once(school: School) -> None:
    school.predict()
    job = run(school)
    wait_until(lambda: job.over)
    (only,) = messages(school, job.id)
    assert tally(only) == 6


@pytest.mark.parametrize(("shown", "known", "after"), [(0, 2, 1), (1, 2, 2), (0, 6, 1), (0, 48, 8), (3, 3, 3)])
def test_where_many_seeds_wait_several_are_shown_at_a_time(shown: int, known: int, after: int) -> None:
    assert next_shown(shown, known) == after


def test_the_axes_stand_still_while_seeds_are_shown(tmp_path: Path) -> None:
    with opened(tmp_path) as school:
        question = school.desk.library.question(SLUG)
        recorded = school.desk.shelf.recorded(question)
        assert isinstance(recorded, Evidence)
        words = question.page("en")
        drawn = [live_figure(words, recorded.prefix(n), recorded, None) for n in range(1, 13)]
    assert len({each.ticks for each in drawn if each}) == 1
    assert [len(each.arms[0].dots) for each in drawn if each] == list(range(1, 13))


@pytest.mark.parametrize("exploration", [False, True])
def test_the_place_of_the_curves_is_kept_free_before_the_first_seed(tmp_path: Path, exploration: bool) -> None:
    with opened(tmp_path) as school:
        question = school.desk.library.question(SLUG)
        recorded = school.desk.shelf.recorded(question)
        assert recorded
        curves = Curves((10, 20, 30), ((0.9, 0.5, 0.2),) * len(recorded.seeds))
        recorded = dataclasses.replace(recorded, curves=dict.fromkeys(recorded.arms, curves))
        behind = None if exploration else recorded
        words = question.page("en")
        before = live_figure(words, None, None, behind, curved=True)
        after = live_figure(words, recorded.prefix(1), recorded, behind, curved=True)
    assert before
    assert after
    assert (before.height, before.curved) == (after.height, after.curved) == (after.height, True)


def test_curves_grow_while_a_block_is_trained_but_not_before_there_are_axes(tmp_path: Path) -> None:
    with opened(tmp_path) as school:
        question = school.desk.library.question(SLUG)
        recorded = school.desk.shelf.recorded(question)
        assert recorded
        place, arm = next(enumerate(recorded.arms))
        curves = Curves((10, 20, 30), ((0.9, 0.5, 0.2),) * len(recorded.seeds))
        recorded = dataclasses.replace(recorded, curves={arm: curves})
        growing: dict[str, list[list[float | None]]] = {arm: [[0.8, 0.6], [0.7, None]]}
        figure = live_figure(question.page("en"), recorded.prefix(2), recorded, None, growing)
        before = live_figure(question.page("en"), recorded.prefix(0), recorded, None, growing)
    assert figure
    assert before
    assert [len(points.split()) for points in figure.arms[place].growing] == [2, 1], "up to the step that is no number"
    assert not any(drawn.growing for drawn in before.arms)


def test_before_the_first_seed_nothing_of_the_authors_is_drawn(tmp_path: Path) -> None:
    with opened(tmp_path) as school:
        question = school.desk.library.question(SLUG)
        recorded = school.desk.shelf.recorded(question)
        assert recorded
        blank = live_figure(question.page("en"), recorded.prefix(0), recorded, recorded)
        first = live_figure(question.page("en"), recorded.prefix(1), recorded, recorded)
    assert blank
    assert first
    assert not any(arm.cloud or arm.dots or arm.median for arm in blank.arms)
    assert blank.ticks == ()
    assert blank.height == first.height, "and yet it takes the same place"
    assert len(first.arms[0].cloud) == 12


@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_jumps_while_a_run_streams_in(browser: Browser, served: Served, width: int) -> None:
    with visit(browser, served, viewport={"width": width, "height": 900}) as seen:
        seen.predict()
        seen.page.add_init_script(SHIFTS)
        seen.run()
        head = seen.page.locator("#live .head")
        seen.page.evaluate("document.fonts.ready.then(() => true)")
        before = seen.page.locator("#live .livefigure").bounding_box()
        seen.to_its_end()
        assert seen.page.locator("#live .livefigure").bounding_box() == before
        assert head.is_visible()
        assert sum(seen.page.evaluate("window.shifts")) < 0.01


def test_cancel_and_the_time_stay_in_view_and_a_press_is_not_lost(browser: Browser, served: Served) -> None:
    """The button is the same element from message to message: pressed during one, it is let go during another."""
    with visit(browser, served, viewport={"width": 375, "height": 500}) as seen:
        seen.look()
        seen.run(pause="0.8")
        cancel = seen.page.locator("#cancel button")
        cancel.evaluate("button => (window.first = button)")
        seen.page.mouse.wheel(0, 500)
        seen.page.locator("#live .dots i").first.wait_for(timeout=60_000)
        assert cancel.evaluate("button => button === window.first")
        box = cancel.bounding_box()
        assert box
        assert 0 <= box["y"] <= 500 - box["height"]
        seen.page.mouse.move(box["x"] + 5, box["y"] + 5)
        seen.page.mouse.down()
        seen.page.wait_for_timeout(400)
        seen.page.mouse.up()
        seen.to_its_end()
        assert "Stopped." in seen.page.locator("#live .status").inner_text()


def test_a_screen_reader_is_told_once_a_block(browser: Browser, served: Served) -> None:
    with visit(browser, served) as seen:
        seen.look()
        seen.run(pause="0.8")
        seen.page.evaluate(
            "const told = () => document.querySelector('#live [role=status]').textContent.trim();"
            "window.said = [told()];"
            "new MutationObserver(() => told() === window.said.at(-1) || window.said.push(told()))"
            ".observe(document.querySelector('#live'), {subtree: true, childList: true, characterData: true})"
        )
        seen.to_its_end()
        said = seen.page.evaluate("window.said")
        assert said[-1] == "Decided after 6 seeds."
        assert len(said) <= 5, said


def test_the_author_stands_behind_ones_own_seeds(browser: Browser, served: Served) -> None:
    with visit(browser, served) as seen:
        seen.predict()
        seen.run()
        until = time.monotonic() + 60
        while not seen.page.locator("#live .cloud circle").count():
            assert time.monotonic() < until
            seen.page.wait_for_timeout(50)
        assert seen.page.locator("#live .dots i").count() >= 1
