"""A figure is as large as it was said to be before it was drawn: for every question of the book, and for rare shapes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from figures.evidences import COUNTS, ENGLISH, KOREAN, RATES, claim, derivation, diverging, evidence, falling, spread

from seodang.evidence import Evidence
from seodang.figures import NARROW, WIDE, Labels, Language, figure, size, to_svg
from seodang.library import Library

BOOK = Library.open()
OFF = 48
"""Pixels by which a wide word at the right edge may make a figure wider than it was said to be; then it is drawn smaller."""
ARMS = {"relu": {"accuracy": spread(12, 0.9, 0.97)}, "sigmoid": {"accuracy": spread(12, 0.1, 0.2)}}


def drawn_size(drawn: str) -> tuple[float, float]:
    """Width and height of an SVG."""
    found = re.search(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"', drawn)
    assert found
    return float(found[1]), float(found[2])


def check(record: Evidence, labels: Labels, language: Language, width: int) -> None:
    across, down = drawn_size(to_svg(figure(record, labels, language, width=width)))
    said = size(record, labels, language, width)
    assert said[1] == down
    assert said[0] == pytest.approx(across, abs=OFF)


@pytest.mark.parametrize(
    ("slug", "language", "width"),
    [
        (question.slug, *(("en", NARROW), ("ko", WIDE), ("ko", NARROW), ("en", WIDE))[turn % 4])  # drawing takes a while
        for turn, question in enumerate(BOOK.questions)
        if question.evidence
    ],
)
def test_every_figure_of_the_book_is_as_large_as_it_is_said_to_be(slug: str, language: Language, width: int) -> None:
    question = BOOK.question(slug)
    assert question.evidence
    page = question.page(language)
    labels = Labels(title=page.title, arms=page.arms, metrics=page.metrics, claims=page.claims)
    check(Evidence.read(question.evidence), labels, language, width)


@pytest.mark.parametrize(
    ("make", "labels"),
    [
        (diverging, ENGLISH),
        (diverging, KOREAN),
        (derivation, COUNTS),
        (lambda: evidence(ARMS), ENGLISH),
        (lambda: evidence(ARMS, [claim("learns", None, answers=(True, False, None) * 4)]), RATES),
        (lambda: evidence(ARMS, curves={arm: falling(12, 2.3, 0.1) for arm in ARMS}), ENGLISH),
    ],
)
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_rare_shapes_are_as_large_as_they_are_said_to_be(make: Callable[[], Evidence], labels: Labels, width: int) -> None:
    check(make(), labels, "en", width)


def test_a_longer_title_and_another_arm_take_more_room() -> None:
    """That the size is not a constant."""
    one = evidence(ARMS)
    more = evidence({**ARMS, "tanh": ARMS["relu"]})
    longer = replace(ENGLISH, title=ENGLISH.title * 3)
    assert size(one, ENGLISH)[1] < min(size(more, ENGLISH)[1], size(one, longer)[1])
