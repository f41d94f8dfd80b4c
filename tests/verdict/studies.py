"""Many studies at once: answers in, the shipped verdict after every seed of every study out.

The verdict depends on nothing but k and n (tests/verdict/test_fair_bet.py), so it is asked of `judge` once for each pair.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from seodang.verdict import LARGEST_CAP, Outcome, judge

SEEDS = LARGEST_CAP
UNDECIDED, SUPPORTED, REFUTED = 0, 1, -1
CODES = {Outcome.UNDECIDED: UNDECIDED, Outcome.SUPPORTED: SUPPORTED, Outcome.REFUTED: REFUTED}
YES, NO, TIE = 1, 0, -1

Answers = NDArray[np.int8]
"""(studies, seeds) of YES, NO and TIE."""


@cache
def table(claims: int = 1, cap: int | None = SEEDS) -> Answers:
    """(n + 1, k + 1) the verdict on k yes among n."""
    codes = np.zeros((SEEDS + 1, SEEDS + 1), np.int8)
    for n in range(SEEDS + 1):
        for k in range(n + 1):
            codes[n, k] = CODES[judge([True] * k + [False] * (n - k), cap, claims).outcome]
    return codes


def verdicts(answers: Answers, claims: int = 1, cap: int | None = SEEDS) -> Answers:
    """(studies, seeds) the verdict after every seed."""
    k = (answers == YES).cumsum(1)
    n = (answers != TIE).cumsum(1)
    decided: Answers = table(claims, cap)[n, k]
    return decided


def coins(studies: int, seed: int, yes: float = 0.5) -> Answers:
    """Answers of seeds on which the claim holds with this chance."""
    return (np.random.default_rng(seed).random((studies, SEEDS)) < yes).astype(np.int8)


def false_ones(errors: NDArray[np.bool_]) -> float:
    """The share of studies that err; (studies,) whether, or (studies, seeds) after which seeds."""
    return float(errors.any(1).mean() if errors.ndim > 1 else errors.mean())


def allowed(studies: int, share: float = 0.05) -> float:
    """The largest share of errors that a rule which errs at most `share` of the time shows but once in a million."""
    return share + 4.75 * math.sqrt(share * (1 - share) / studies)
