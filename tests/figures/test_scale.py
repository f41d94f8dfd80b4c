"""Axes and numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seodang.figures.readings import curve_median, median
from seodang.figures.scale import number, scale_for
from seodang.figures.typesetting import balanced, fit, wrap


@given(st.lists(st.floats(min_value=-1e200, max_value=1e200) | st.sampled_from([math.nan, math.inf])))
def test_every_finite_value_has_a_place(values: list[float]) -> None:
    scale = scale_for(values)
    for value in values:
        if math.isfinite(value):
            assert 0 <= scale.fraction(value) <= 1
    assert scale.low < scale.high


@given(st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=1), st.floats(min_value=-1e6, max_value=1e6))
def test_a_threshold_leaves_room_on_both_sides(values: list[float], edge: float) -> None:
    scale = scale_for(values, thresholds=[edge])
    if not scale.log:
        assert 0.14 < scale.fraction(edge) < 0.86


@given(st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=2, unique=True), st.integers(2, 8))
def test_ticks_are_few_and_inside(values: list[float], most: int) -> None:
    scale = scale_for(values)
    ticks = scale.ticks(most)
    assert len(ticks) <= most + 1
    margin = 1e-6 * (scale.high - scale.low)
    assert all(scale.low - margin <= tick <= scale.high + margin for tick in ticks)


def test_three_decades_are_linear_and_more_are_logarithmic() -> None:
    assert not scale_for([1.0, 1000.0]).log
    assert scale_for([1.0, 1001.0]).log
    assert not scale_for([-1.0, 1e9]).log


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.95312, "0.9531"),
        (1199882, "1,199,882"),
        (1234.5, "1,234"),
        (0.3, "0.3"),
        (-0.25, "-0.25"),
        (3.2e-7, "3.2e-7"),
        (0.0, "0"),
        (2.5e30, "2.5e30"),
        (math.nan, "–"),
    ],
)
def test_numbers_have_four_digits_and_whole_ones_all(value: float, written: str) -> None:
    assert number(value) == written


def test_the_median_is_of_the_finite_values_and_nan_of_none() -> None:
    assert median([1.0, math.nan, 3.0]) == 2.0
    assert math.isnan(median([math.nan]))


def test_the_median_curve_ends_when_half_of_the_seeds_have_diverged() -> None:
    lines = [(1.0, 1.0, 1.0), (2.0, 5.0, math.nan), (3.0, math.nan, math.nan)]
    assert curve_median(lines) == (2.0, 5.0, math.inf)


def test_lines_break_at_spaces_and_hangul_counts_twice() -> None:
    assert wrap("가나 다라 마", 5) == ["가나", "다라", "마"]
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrap("가나", 1) == ["가", "나"]
    assert fit("가나다", 5) == "가나…"
    assert fit("가", 4) == "가  "


def test_no_word_is_left_alone_on_the_last_line() -> None:
    text = "one two three four five six"
    assert wrap(text, 24) == ["one two three four five", "six"]
    assert balanced(text, 24) == ["one two three", "four five six"]
