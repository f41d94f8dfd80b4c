"""What is boosting, and how does it make one strong model of many weak ones?

Freund & Schapire 1997, AdaBoost: each round fits a weak model to weighted samples, gives it a vote of ln((1 - e) / e), e
its weighted error, and multiplies the weight of what it got wrong by (1 - e) / e. After each round the training error is
at most the product of 2 sqrt(e (1 - e)). The weak model is a stump: one pixel against one threshold. Bagged stumps are
the control.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np
import torch

from seodang.data.digits import everything
from seodang.data.split import drawn
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Threes against eights, 100 to test on; a share of the training labels flipped in two arms."""

    rounds: int = knob(50, low=2, high=1000)
    flipped: float = knob(0.2, low=0, below=0.5)


def stump(x: Any, y: Any, weights: Any) -> Any:
    """The best single question: one pixel, one threshold."""
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_depth=1, random_state=0).fit(x, y, sample_weight=weights)


def learned(how: str, rounds: int, flipped: float, seed: int) -> Mapping[str, float]:
    """Boosted or bagged stumps: test accuracy, training error, the bound on it, and the smallest room under the bound."""
    x, y = everything()
    chosen = (y == 3) | (y == 8)
    split = drawn(x[chosen], 2 * (y[chosen] == 8).long() - 1, 100, torch.Generator().manual_seed(seed))
    x_train, y_train, x_test, y_test = (part.numpy() for part in split)  # classes -1 and 1
    draw, n = np.random.default_rng(seed), len(x_train)
    y_train = np.where(draw.random(n) < flipped, -y_train, y_train)
    weights, bound, room, score, score_test = np.full(n, 1 / n), 1.0, 1.0, np.zeros(n), np.zeros(len(x_test))
    for _ in range(rounds):
        weak = stump(x_train, y_train, draw.multinomial(n, weights) if how == "bagged" else weights)
        said = weak.predict(x_train)
        error = float(np.clip(weights[said != y_train].sum(), 1e-9, 0.5))
        vote = 1.0 if how == "bagged" else float(np.log((1 - error) / error))
        score, score_test = score + vote * said, score_test + vote * weak.predict(x_test)
        wrong = float((score * y_train <= 0).mean())
        if how == "boosted":
            weights = weights * np.exp(vote * (said != y_train))
            weights, bound = weights / weights.sum(), bound * 2 * (error * (1 - error)) ** 0.5
            room = min(room, bound - wrong)
    heaviest = float(np.sort(weights)[-(n // 10) :].sum())
    accuracy = float((score_test * y_test > 0).mean())
    return {"accuracy": accuracy, "train_error": wrong, "bound": bound, "room": room, "heaviest": heaviest}


def experiment(p: Parameters) -> Experiment:
    """One stump, bagged and boosted ones; boosted ones with flipped labels."""
    made = {
        "one": ("boosted", 1, 0.0),
        "bagged": ("bagged", p.rounds, 0.0),
        "boosted": ("boosted", p.rounds, 0.0),
        "flipped": ("boosted", p.rounds, p.flipped),
    }
    return Experiment(
        arms={name: partial(learned, *how) for name, how in made.items()},
        metrics={name: itemgetter(name) for name in ("accuracy", "train_error", "bound", "room", "heaviest")},
        claims={
            "under_the_bound": Claim(lambda a: min(a.one.room, a.boosted.room, a.flipped.room) >= 0),
            "boosting_gains": Claim(lambda a: a.boosted.accuracy - a.one.accuracy, above=0.08),
            "bagging_does_not": Claim(lambda a: a.bagged.accuracy - a.one.accuracy, below=0.08),
            "noise_hurts": Claim(lambda a: a.boosted.accuracy - a.flipped.accuracy, above=0.05),
        },
    )
