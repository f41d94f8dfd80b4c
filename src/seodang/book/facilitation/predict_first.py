"""How do you draw out different views in a discussion, and why state a probability before the result is known?

Whoever says 0.5 has a Brier score of 0.25 whatever happens (Brier 1950). Stating what one believes is the best one can do
under a proper score (Gneiting & Raftery 2007), not under the absolute error. A group's mean probability never scores worse
than its members do in the mean, by as much as they differ: (p - y)² is convex.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from seodang.experiment import Claim, Experiment, knob

Array = NDArray[np.float64]
Score = Callable[[Array, float], Array]
"""(stated probabilities, 1.0 if it happened else 0.0) → scores, 0 is perfect."""


@dataclass(frozen=True)
class Parameters:
    """How many groups of five state a probability."""

    groups: int = knob(1000, low=1, high=100_000)


STATED = np.arange(1, 100) / 100
"""What may be said, in percent, from 1 to 99."""


def brier(stated: Array, happened: float) -> Array:
    """The square of the distance to what happened."""
    return (stated - happened) ** 2


def absolute(stated: Array, happened: float) -> Array:
    """The distance itself."""
    return np.abs(stated - happened)


def logarithmic(stated: Array, happened: float) -> Array:
    """The surprise in nats."""
    return -np.log(stated if happened else 1 - stated)


def tried(p: Parameters, score: Score, _seed: int) -> Mapping[str, float]:
    """What to say under this score for every belief from 0.51 to 0.99; what a coin, a braggart and a group get."""
    beliefs, happened, did_not = STATED[50:], score(STATED, 1.0), score(STATED, 0.0)
    expected = beliefs[:, None] * happened + (1 - beliefs[:, None]) * did_not
    said = STATED[expected.argmin(axis=1)]
    coin, brag = 49, 98  # the places of 0.50 and 0.99
    groups = np.random.default_rng(0).uniform(0.01, 0.99, (p.groups, 5))
    gains = [score(groups, y).mean(axis=1) - score(groups.mean(axis=1), y) for y in (0.0, 1.0)]
    return {
        "off": float(np.abs(said - beliefs).max()),
        "coin": float(max(happened[coin], did_not[coin])),
        "coin_spread": float(abs(happened[coin] - did_not[coin])),
        "brag": float(0.7 * happened[brag] + 0.3 * did_not[brag]),
        "gain": float(min(gain.min() for gain in gains)),
        "variance": float(max(np.abs(gain - groups.var(axis=1)).max() for gain in gains)),
    }


def experiment(p: Parameters) -> Experiment:
    """Three scores for a stated probability."""
    names = ("off", "coin", "coin_spread", "brag", "gain", "variance")
    scores = {"brier": brier, "logarithmic": logarithmic, "absolute": absolute}
    return Experiment(
        arms={name: partial(tried, p, score) for name, score in scores.items()},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "coin_is_quarter": Claim(lambda a: a.brier.coin == 0.25 and a.brier.coin_spread == 0),
            "honesty_pays": Claim(lambda a: max(a.brier.off, a.logarithmic.off), below=0.005),
            "honesty_always_pays": Claim(lambda a: a.absolute.off, below=0.005),
            "bragging_loses": Claim(lambda a: a.brier.brag > a.brier.coin),
            "mean_is_no_worse": Claim(lambda a: min(a.brier.gain, a.logarithmic.gain) >= 0),
            "by_disagreement": Claim(lambda a: a.brier.variance, below=1e-12),
        },
        kind="derivation",
    )
