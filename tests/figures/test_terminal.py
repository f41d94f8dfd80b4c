"""The terminal figure, held by golden files: read them, they are what a learner sees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from figures.evidences import (
    COUNTS,
    ENGLISH,
    KOREAN,
    RATES,
    claim,
    derivation,
    diverging,
    evidence,
    relu_over_sigmoid,
    spread,
)
from rich.cells import cell_len
from rich.text import Text

from seodang.evidence import Evidence
from seodang.figures import Labels, Language, alt_text, strip, terminal

GOLDEN = Path(__file__).parent / "golden"
CASES: dict[str, tuple[Evidence, Labels, Language, int]] = {
    "relu_en_60": (relu_over_sigmoid(), ENGLISH, "en", 60),
    "relu_en_80": (relu_over_sigmoid(), ENGLISH, "en", 80),
    "relu_ko_80": (relu_over_sigmoid(), KOREAN, "ko", 80),
    "relu_50_seeds_ko_120": (relu_over_sigmoid(50), KOREAN, "ko", 120),
    "diverging_en_80": (diverging(), RATES, "en", 80),
    "derivation_en_80": (derivation(), COUNTS, "en", 80),
}


def marks(drawn: str) -> int:
    """Seeds drawn: dots, crosses, and the dots of braille cells."""
    return len(re.findall("[●○◇×]", drawn)) + sum((ord(sign) - 0x2800).bit_count() for sign in drawn if "⠀" < sign <= "⣿")


@pytest.mark.parametrize("case", CASES)
def test_the_figure_is_as_the_golden_file_shows_it(case: str) -> None:
    shown, labels, language, width = CASES[case]
    assert terminal(shown, labels, language, width).plain + "\n" == (GOLDEN / f"{case}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_the_alternative_text_is_as_the_golden_file_says(case: str) -> None:
    shown, labels, language, _ = CASES[case]
    assert alt_text(shown, labels, language) + "\n" == (GOLDEN / f"{case}.alt.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", range(60, 121, 7))
@pytest.mark.parametrize("case", CASES)
def test_no_line_is_wider_than_asked(case: str, width: int) -> None:
    shown, labels, language, _ = CASES[case]
    lines = terminal(shown, labels, language, width).plain.splitlines()
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("seeds", [1, 6, 12, 50])
def test_every_seed_is_a_mark(seeds: int) -> None:
    arms = {"a": {"m": spread(seeds, 0.9, 0.97)}, "b": {"m": (0.5,) * seeds}}
    assert marks(terminal(evidence(arms), Labels("A"), width=60).plain) == 2 * seeds


def test_every_seed_of_a_claim_is_a_mark() -> None:
    drawn = terminal(evidence({}, [claim("c", spread(50, 0, 1), above=0.5)], seeds=50), Labels("A"), width=60)
    assert marks(drawn.plain) == 50


def test_diverged_seeds_are_crosses_with_their_number() -> None:
    drawn = terminal(diverging(), RATES, width=80).plain
    assert "××××××  6 not finite" in drawn
    assert "6 not finite → no" in drawn


def test_fifty_diverged_seeds_fit() -> None:
    drawn = terminal(evidence({"a": {"m": (float("nan"),) * 50}}), Labels("A"), width=60).plain
    assert drawn.count("×") == 50
    assert max(map(cell_len, drawn.splitlines())) <= 60


def test_the_threshold_is_drawn_through_the_dots_under_its_number() -> None:
    lines = terminal(relu_over_sigmoid(), ENGLISH, width=80).plain.splitlines()
    above = next(line for line in lines if "no ← 0.3 → yes" in line)
    columns = {line.index("│") for line in lines if "│" in line} | {line.index("┴") for line in lines if "┴" in line}
    assert columns == {above.index("0.3") + 1}


def test_without_colour_nothing_is_styled_and_the_words_are_the_same() -> None:
    coloured, plain = (terminal(diverging(), RATES, width=80, color=color) for color in (True, False))
    assert plain.plain == coloured.plain
    assert any(span.style for span in coloured.spans)
    assert not any(span.style for span in plain.spans)


def test_six_arms_of_unequal_magnitude_share_a_log_axis() -> None:
    arms = {f"a{index}": {"m": spread(4, 10.0**-index, 2 * 10.0**-index)} for index in range(6)}
    drawn = terminal(evidence(arms), Labels("A"), width=80).plain
    assert marks(drawn) == 24
    assert "0.0001" in drawn.splitlines()[-1]


def test_a_live_strip_grows_by_one_mark_a_seed() -> None:
    values = spread(12, 0.1, 0.9)
    strips: list[Text] = [strip({"relu": values[:count], "sigmoid": ()}, ENGLISH, 60) for count in range(13)]
    assert [marks(drawn.plain) for drawn in strips] == list(range(13))
    assert all("Sigmoid" in drawn.plain for drawn in strips)
