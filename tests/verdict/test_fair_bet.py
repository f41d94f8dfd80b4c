"""The capital is what a fair bet holds: checked in rational arithmetic, the way a pencil would."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seodang.verdict import Outcome, capital, judge

ANSWERS = st.lists(st.sampled_from([True, False, None]), max_size=50)
STEADY = settings(database=None, deadline=None, derandomize=True)
OPPOSITE = {
    Outcome.SUPPORTED: Outcome.REFUTED,
    Outcome.REFUTED: Outcome.SUPPORTED,
    Outcome.UNDECIDED: Outcome.UNDECIDED,
}


def after_one_more(k: int, n: int, p: Fraction) -> Fraction:
    """What the bet holds on average after one more seed that says yes with chance p."""
    return p * capital(k + 1, n + 1) + (1 - p) * capital(k, n + 1)


@pytest.mark.parametrize("n", range(51))
def test_a_fair_coin_leaves_the_capital_as_it_is_on_average(n: int) -> None:
    for k in range(n + 1):
        assert after_one_more(k, n, Fraction(1, 2)) == capital(k, n)


@pytest.mark.parametrize("n", range(0, 51, 5))
def test_a_coin_that_says_yes_less_often_takes_capital_away(n: int) -> None:
    for k in range(n + 1):
        for p in (Fraction(0), Fraction(1, 10), Fraction(49, 100)):
            assert after_one_more(k, n, p) < capital(k, n)


def test_the_bet_starts_with_one() -> None:
    assert capital(0, 0) == 1


def test_a_row_of_yes_is_paid_its_extra_half_and_one_no_loses_it() -> None:
    n = 6
    two_bets = (Fraction(7, 5) ** n + Fraction(17, 10) ** n) / 4
    assert capital(n, n) == two_bets + Fraction(2) ** n / 2
    assert (
        capital(n - 1, n) == (Fraction(7, 5) ** (n - 1) * Fraction(3, 5) + Fraction(17, 10) ** (n - 1) * Fraction(3, 10)) / 4
    )


@pytest.mark.parametrize("n", range(1, 51))
def test_one_yes_more_never_lowers_the_capital(n: int) -> None:
    held = [capital(k, n) for k in range(n + 1)]
    assert held == sorted(held)


@STEADY
@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(answers: list[bool | None], random: Random) -> None:
    shuffled = list(answers)
    random.shuffle(shuffled)
    before, after = judge(answers), judge(shuffled)
    assert (before.k, before.n, before.e, before.outcome) == (after.k, after.n, after.e, after.outcome)


@STEADY
@given(ANSWERS)
def test_ties_count_for_nothing(answers: list[bool | None]) -> None:
    informative = judge([answer for answer in answers if answer is not None])
    verdict = judge(answers)
    assert (verdict.k, verdict.n, verdict.outcome) == (informative.k, informative.n, informative.outcome)
    assert verdict.ties == len(answers) - verdict.n


@STEADY
@given(ANSWERS)
def test_the_opposite_claim_gets_the_opposite_verdict(answers: list[bool | None]) -> None:
    opposite = judge([None if answer is None else not answer for answer in answers])
    assert opposite.outcome is OPPOSITE[judge(answers).outcome]


def test_the_capital_of_a_very_long_row_of_yes_is_shown_as_infinite_rather_than_failing() -> None:
    verdict = judge([True] * 2000, cap=None)
    assert verdict.e == float("inf")
    assert verdict.outcome is Outcome.SUPPORTED
