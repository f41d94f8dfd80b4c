"""What cannot be judged is refused in a whole sentence, and what is judged is said in both languages."""

from typing import Any

import numpy as np
import pytest

from seodang.verdict import Outcome, VerdictError, check_ledger, compare, judge, threshold, unbroken_prefix


@pytest.mark.parametrize(
    ("answers", "arguments", "sentence"),
    [
        ([True] * 4, {"cap": 3}, "4 answers, but 3 seeds were declared: a ledger may not outgrow its declaration"),
        ([], {"cap": 0}, "cap=0: declare a whole number of seeds, at least 1, or None for no limit"),
        ([], {"cap": -5}, "cap=-5: declare a whole number of seeds, at least 1, or None for no limit"),
        ([], {"cap": float("nan")}, "cap=nan: declare a whole number of seeds, at least 1, or None for no limit"),
        ([], {"cap": "50"}, "cap='50': declare a whole number of seeds, at least 1, or None for no limit"),
        ([], {"claims": 0}, "claims=0: a whole number of claims is judged, at least 1"),
        ([], {"claims": 1.5}, "claims=1.5: a whole number of claims is judged, at least 1"),
        ([True, 1], {}, "answer 1 is 1: a seed answers True, False, or None for a tie"),
        ([0.5], {}, "answer 0 is 0.5: a seed answers True, False, or None for a tie"),
        ("yes", {}, "answer 0 is 'y': a seed answers True, False, or None for a tie"),
        ([np.True_], {}, "answer 0 is np.True_: a seed answers True, False, or None for a tie"),
    ],
)
def test_answers_that_cannot_be_judged_are_refused(answers: Any, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(VerdictError) as refusal:
        judge(answers, **arguments)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("seeds", "sentence"),
    [
        ([0, 1, 1, 2], "seed 1 stands twice in the ledger: each seed answers once"),
        ([0, 1, 3], "seed 2 is missing from the ledger: a seed may not be left out"),
        ([1000, 1002], "seed 1001 is missing from the ledger: a seed may not be left out"),
        ([1, 0], "seed 0 stands after seed 1: the ledger keeps the order of the seed list"),
        ([0, 1.0], "1.0 stands in the ledger: a seed is a whole number"),
        ([0, True], "True stands in the ledger: a seed is a whole number"),
    ],
)
def test_a_ledger_with_a_seed_missing_twice_or_moved_is_refused(seeds: list[Any], sentence: str) -> None:
    with pytest.raises(VerdictError) as refusal:
        check_ledger(seeds)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("seeds", [[], [0], [0, 1, 2], [1000, 1001]])
def test_a_ledger_that_counts_up_is_accepted(seeds: list[int]) -> None:
    check_ledger(seeds)


def test_every_row_removed_doubled_or_exchanged_is_noticed() -> None:
    ledger = list(range(8))
    for row in range(1, 7):
        for broken in (
            ledger[:row] + ledger[row + 1 :],
            ledger[: row + 1] + ledger[row:],
            [*ledger[:row], ledger[row + 1], ledger[row], *ledger[row + 2 :]],
        ):
            with pytest.raises(VerdictError):
                check_ledger(broken)


def test_answers_are_taken_up_to_the_first_seed_that_is_missing() -> None:
    assert unbroken_prefix([0, 1, 2, 3], {3: True, 0: False, 1: None}) == [False, None]
    assert unbroken_prefix([0, 1], {1: True}) == []


@pytest.mark.parametrize(
    ("value", "above", "below", "answer"),
    [
        (0.31, 0.3, None, True),
        (0.29, 0.3, None, False),
        (0.3, 0.3, None, None),
        (0.29, None, 0.3, True),
        (0.31, None, 0.3, False),
        (0.3, None, 0.3, None),
        (float("nan"), 0.3, None, False),
        (float("inf"), 0.3, None, False),
        (float("-inf"), None, 0.3, False),
    ],
)
def test_a_quantity_answers_its_threshold(
    value: float, above: float | None, below: float | None, answer: bool | None
) -> None:
    assert compare(value, above, below) is answer


@pytest.mark.parametrize("fixed", [True, False, None])
def test_what_a_diverged_seed_answers_is_fixed_beforehand(fixed: bool | None) -> None:
    assert compare(float("nan"), 0.3, None, diverged=fixed) is fixed


def test_a_quantity_without_a_threshold_is_refused() -> None:
    with pytest.raises(VerdictError) as refusal:
        compare(0.3, None, None)
    assert str(refusal.value) == "a quantity is compared with a threshold above or below; none was given"


SENTENCES = [
    (
        [True] * 11 + [False],
        Outcome.SUPPORTED,
        "Supported: held on 11 of 12 seeds. If it held on only half of all seeds we would say this at most 5 times in 100.",
        "지지됨: 시드 12개 가운데 11개에서 성립했습니다. "
        "실제로 시드의 절반에서만 성립한다면 이렇게 말할 일은 100번에 5번 이하입니다.",
    ),
    (
        [False] * 6 + [None, None],
        Outcome.REFUTED,
        "Refuted: held on 0 of 6 seeds (2 tied). "
        "If it held on half of all seeds or more we would say this at most 5 times in 100.",
        "반박됨: 시드 6개 가운데 0개에서 성립했습니다(동률 2개 제외). "
        "실제로 시드의 절반 이상에서 성립한다면 이렇게 말할 일은 100번에 5번 이하입니다.",
    ),
    (
        [True],
        Outcome.UNDECIDED,
        "Undecided: held on 1 of 1 seed. Luck alone could do this; more seeds may decide.",
        "미결: 시드 1개 가운데 1개에서 성립했습니다. "
        "우연만으로도 나올 수 있는 결과이며, 시드를 더 돌리면 가려질 수 있습니다.",
    ),
]


@pytest.mark.parametrize(("answers", "outcome", "english", "korean"), SENTENCES)
def test_a_verdict_is_a_sentence_in_both_languages(
    answers: list[bool | None], outcome: Outcome, english: str, korean: str
) -> None:
    verdict = judge(answers)
    assert verdict.outcome is outcome
    assert verdict.sentence() == verdict.sentence("en") == english
    assert verdict.sentence("ko") == korean


def test_the_threshold_grows_with_the_number_of_claims() -> None:
    assert [threshold(50, claims) / threshold(50) for claims in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert threshold(50, 5) == 5 * threshold(None)
