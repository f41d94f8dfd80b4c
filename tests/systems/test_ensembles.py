"""Bootstrap, bagging, boosting, and cross-validation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, ShuffleSplit, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier
from systems.classical import fitted
from systems.conftest import Measured

from seodang.data.digits import digits, everything
from seodang.data.split import Split, drawn

SEEDS = (0, 1, 2)


@pytest.mark.system(name="ensembles")
def test_a_bootstrap_sample_holds_two_thirds_of_the_rows(measured: Measured) -> None:
    """Of n rows drawn n times with replacement, 1 - (1 - 1/n)ⁿ are in it, and the rest are out of the bag."""
    n = 1_000
    expected = 1 - (1 - 1 / n) ** n
    rng = np.random.default_rng(0)
    shares = [len(np.unique(rng.integers(n, size=n))) / n for _ in range(2_000)]
    spread = np.std(shares) / np.sqrt(len(shares))
    assert round(expected, 4) == 0.6323
    assert abs(np.mean(shares) - expected) <= 3 * spread
    measured("share of 1,000 rows in a bootstrap sample, by formula", round(expected, 4), must="0.6323")
    measured("the same, drawn", float(np.mean(shares)), must=f"within {3 * spread:.1g} of it", n=len(shares))


def few_digits(generator: torch.Generator) -> Split:
    """A split of which 500 digits are trained on: trees want little to be unstable, and fits are quick."""
    return digits(generator).first(500)


@pytest.mark.system(name="ensembles")
def test_bagging_helps_trees_and_not_what_is_stable_already(measured: Measured) -> None:
    bases: dict[str, tuple[Callable[[], Any], str]] = {
        "a decision tree": (partial(DecisionTreeClassifier, random_state=0), "≥ 0.05"),
        "3 neighbours": (partial(KNeighborsClassifier, 3), "within 0.01 of 0"),
        "logistic regression": (partial(LogisticRegression, max_iter=200), "within 0.01 of 0"),
    }
    for name, (base, must) in bases.items():
        gains = []
        for seed in SEEDS:
            bags = partial(BaggingClassifier, base(), n_estimators=20, random_state=seed)
            gains.append(fitted(bags, few_digits, seed).accuracy() - fitted(base, few_digits, seed).accuracy())
        gain = float(np.mean(gains))
        assert min(gains) >= 0.05 if name == "a decision tree" else abs(gain) <= 0.01
        measured(f"accuracy gained by 20 bags of {name}", gain, must=must, n=3)


def threes_and_eights(generator: torch.Generator) -> Split:
    """A split of the two digits; 100 to test on."""
    x, y = everything()
    chosen = (y == 3) | (y == 8)
    return drawn(x[chosen], y[chosen], 100, generator)


@pytest.mark.system(name="ensembles")
def test_adaboosts_training_error_keeps_under_its_bound_and_stumps_become_strong(measured: Measured) -> None:
    """Freund & Schapire 1997, theorem 6: after each round at most the product of 2 sqrt(e (1 - e)), e its weighted error."""
    stump = partial(DecisionTreeClassifier, max_depth=1)
    gains, rooms = [], []
    for seed in range(10):
        boosted = fitted(partial(AdaBoostClassifier, stump(), n_estimators=50, random_state=0), threes_and_eights, seed)
        x, y = boosted.x_train.numpy(), boosted.y_train.numpy()
        errors = 1 - np.array(list(boosted.estimator.staged_score(x, y)))
        weighted = boosted.estimator.estimator_errors_[: len(errors)]
        bound = np.cumprod(2 * np.sqrt(weighted * (1 - weighted)))
        rooms.append(float((bound - errors).min()))
        gains.append(boosted.accuracy() - fitted(stump, threes_and_eights, seed).accuracy())
    assert min(rooms) >= 0
    gain = float(np.mean(gains))
    assert gain >= 0.08
    measured("smallest room under AdaBoost's bound of its training error, over 50 rounds", min(rooms), must="≥ 0", n=10)
    measured("mean accuracy of 50 boosted stumps above one stump's, 3 against 8", gain, must="≥ 0.08", n=10)


@pytest.mark.system(name="cross_validation")
def test_every_row_is_used_for_validation_once(measured: Measured) -> None:
    used = np.zeros(150, int)
    for train_rows, rows in KFold(5, shuffle=True, random_state=0).split(used):
        used[rows] += 1
        assert not set(train_rows) & set(rows)
    assert (used == 1).all()
    measured("times a row is used for validation", f"{used.min()} to {used.max()}", must="1 to 1", n=150)


@pytest.mark.system(name="cross_validation")
def test_the_mean_of_five_folds_varies_less_than_one_hold_out(measured: Measured) -> None:
    """Of 150 digits, over 20 ways to split them: the same digits, and another answer each time."""
    ratios = []
    for seed in SEEDS:
        few = digits(torch.Generator().manual_seed(seed)).first(150)
        x, y = few.x_train.numpy(), few.y_train.numpy()
        model = LogisticRegression(C=0.1, tol=0.01)
        folds, holds = [], []
        for way in range(20):
            folds.append(cross_val_score(model, x, y, cv=KFold(5, shuffle=True, random_state=way)).mean())
            holds.append(cross_val_score(model, x, y, cv=ShuffleSplit(1, test_size=0.2, random_state=way)).mean())
        ratios.append(float(np.std(folds) / np.std(holds)))
    assert max(ratios) <= 0.7
    measured("spread of the five-fold accuracy over that of one hold-out of 20 %, largest", max(ratios), must="≤ 0.7", n=3)
