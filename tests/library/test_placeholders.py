"""A page shows the numbers of its evidence and no others."""

import dataclasses
import math
from pathlib import Path

import pytest
from library.books import recorded, write_book

from seodang.library import BookError, Library, fill
from seodang.library.placeholders import written


def test_placeholders_become_medians_and_tallies() -> None:
    text = "{{accuracy.relu}} on {{ relu_learns.yes }} of {{relu_learns.n}}"
    assert fill(text, recorded()) == "0.96 on 11 of 11"


def test_without_evidence_a_placeholder_is_a_dash() -> None:
    assert fill("it reaches {{accuracy.relu}}.", None) == "it reaches —."


def test_latex_with_double_braces_is_left_alone() -> None:
    assert fill("$x^{{2}}$", recorded()) == "$x^{{2}}$"


def test_an_unknown_placeholder_is_told_with_file_and_line() -> None:
    with pytest.raises(BookError) as error:
        fill("one\n{{accuracy.rely}}", recorded(), path=Path("page.en.md"), line=10)
    assert str(error.value) == (
        'page.en.md:11: the evidence has no "accuracy.rely". Did you mean "accuracy.relu"? '
        'It has "accuracy.relu", "accuracy.sigmoid", "relu_learns.yes" or "relu_learns.n".'
    )


def test_seeds_without_a_finite_number_are_told_and_not_dropped() -> None:
    values = (0.9,) * 10 + (math.nan, math.nan)
    evidence = dataclasses.replace(recorded(), arms={"relu": {"accuracy": values}})
    assert fill("{{accuracy.relu}}", evidence) == "0.9 (not finite on 2 of 12 seeds)"
    assert fill("{{accuracy.relu}}", evidence, "ko") == "0.9(시드 12개 가운데 2개에서 유한하지 않음)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.95678, "0.9568"), (0.5, "0.5"), (1.0, "1"), (0.0, "0"), (73792.0, "73,792"), (-3.0, "−3"), (12345.6, "12,346"),
        (5.9e-7, "5.9×10⁻⁷"), (0.00123456, "0.001235"), (-2.5e-5, "−2.5×10⁻⁵"), (1.7e18, "1.7×10¹⁸"), (999.96, "1000"),
    ],
)  # fmt: skip
def test_numbers_have_four_significant_digits_and_counts_are_whole(value: float, text: str) -> None:
    assert written(value) == text


def test_a_section_is_rendered_with_its_numbers(tmp_path: Path) -> None:
    page = Library.open(write_book(tmp_path)).question("relu_over_sigmoid").page("ko")
    assert page.html("answer", recorded()) == ("<p><strong>렐루(ReLU)</strong>입니다. 시드 11개 가운데 11개에서 0.96.</p>\n")
