"""Why does an L2 penalty prefer many small weights to one large one, and does an L1 penalty not?

Of all w with the same score w·x the shortest is a multiple of x itself, by the inequality of Cauchy and Schwarz; the sum of
absolute values is the same however a score is split over equal inputs (CS231n notes; Tibshirani 1996). Four inputs, four
ways to score 1, in fractions; and what each loses when an input is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import product
from operator import itemgetter

from seodang.experiment import Claim, Experiment, knob

Weights = Sequence[Fraction]
EQUAL = [Fraction(1)] * 4
UNEQUAL = [Fraction(1), Fraction(1), Fraction(1), Fraction(3)]


@dataclass(frozen=True)
class Parameters:
    """How fine the grid is on which every rival is tried: weights are multiples of 1 / parts."""

    parts: int = knob(12, low=4, high=24)


def score(w: Weights, x: Weights) -> Fraction:
    """w · x."""
    return sum((a * b for a, b in zip(w, x, strict=True)), Fraction(0))


def squares(w: Weights) -> Fraction:
    """The L2 penalty."""
    return score(w, w)


def sizes(w: Weights) -> Fraction:
    """The L1 penalty."""
    return sum((abs(a) for a in w), Fraction(0))


def weighed(w: Weights, x: Weights, p: Parameters, _seed: int) -> Mapping[str, float | Fraction]:
    """Both penalties of a way to score 1, how many ways on the grid are cheaper, and the worst loss of one input."""
    assert score(w, x) == 1
    steps = [Fraction(k, p.parts) for k in range(p.parts + 1)]
    rivals = [r for head in product(steps, repeat=3) if min(r := (*head, (1 - score(head, x[:3])) / x[3])) >= 0]
    return {
        "l2": squares(w),
        "l1": sizes(w),
        "cheaper_l2": float(sum(squares(r) < squares(w) for r in rivals)),
        "cheaper_l1": float(sum(sizes(r) < sizes(w) for r in rivals)),
        "worst_loss": max(a * b for a, b in zip(w, x, strict=True)),
    }


def experiment(p: Parameters) -> Experiment:
    """All on one input, halved, spread; and the same idea where one input is three times as large."""
    quarter, half, zero, one = Fraction(1, 4), Fraction(1, 2), Fraction(0), Fraction(1)
    ways: dict[str, tuple[Weights, Weights]] = {
        "alone": ([one, zero, zero, zero], EQUAL),
        "halved": ([half, half, zero, zero], EQUAL),
        "spread": ([quarter] * 4, EQUAL),
        "uneven_spread": ([Fraction(1, 6)] * 4, UNEQUAL),
        "uneven_shortest": ([value / squares(UNEQUAL) for value in UNEQUAL], UNEQUAL),
        "uneven_alone": ([zero, zero, zero, Fraction(1, 3)], UNEQUAL),
    }
    names = ("l2", "l1", "cheaper_l2", "cheaper_l1", "worst_loss")
    return Experiment(
        kind="derivation",
        arms={name: partial(weighed, *way, p) for name, way in ways.items()},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "l2_tells": Claim(lambda a: (a.alone.l2, a.halved.l2, a.spread.l2) == (1, 0.5, 0.25)),
            "l1_does_not": Claim(lambda a: a.alone.l1 == a.halved.l1 == a.spread.l1 == 1),
            "spread_is_shortest": Claim(lambda a: a.spread.cheaper_l2 == 0 < a.halved.cheaper_l2 < a.alone.cheaper_l2),
            "even_is_always_best": Claim(lambda a: a.uneven_spread.cheaper_l2 == 0),
            "follows_the_input": Claim(lambda a: a.uneven_shortest.cheaper_l2 == a.uneven_alone.cheaper_l1 == 0),
        },
    )
