"""Is bagging of no use for stable classifiers, and what if a bootstrap sample holds one class only?

Breiman 1996: bagging helps procedures whose result changes much when the data change a little. Four classifiers with and
without twenty bags. How likely a bootstrap sample of n rows is to miss one of ten classes is computed by inclusion and
exclusion and compared with draws; drawing within each class rules it out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from math import comb
from operator import itemgetter
from typing import Any

import numpy as np
import torch

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob

SIZES = (20, 50, 100)


@dataclass(frozen=True)
class Parameters:
    """500 training images, twenty bags."""

    rows: int = knob(500, low=50, high=1347)
    bags: int = knob(20, low=2, high=200)


def classifiers() -> Mapping[str, Callable[[], Any]]:
    """An unstable classifier and three stable ones."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.tree import DecisionTreeClassifier

    return {
        "tree": partial(DecisionTreeClassifier, random_state=0),
        "neighbours": partial(KNeighborsClassifier, 3),
        "logistic": partial(LogisticRegression, max_iter=200),
        "bayes": partial(GaussianNB, var_smoothing=0.01),
    }


def bagged(p: Parameters, name: str, seed: int) -> Mapping[str, float]:
    """Test accuracies alone and bagged, how often two bags disagree; and the missing classes with this seed."""
    x, y, x_test, y_test = (part.numpy() for part in digits(torch.Generator().manual_seed(seed)).first(p.rows))
    make, draw = classifiers()[name], np.random.default_rng(seed)
    rows = draw.integers(len(x), size=(p.bags, len(x)))
    said = np.array([make().fit(x[each], y[each]).predict(x_test) for each in rows])  # (bags, test)
    votes = np.array([np.bincount(column, minlength=10).argmax() for column in said.T])
    alone, together = float((make().fit(x, y).predict(x_test) == y_test).mean()), float((votes == y_test).mean())
    disagree = float((said[0::2] != said[1::2]).mean())
    return {"gain": together - alone, "alone": alone, "bagged": together, "disagree": disagree} | missing(seed)


def chance(n: int, classes: int = 10) -> float:
    """That n rows drawn from balanced classes miss one or more of them."""
    return float(sum((-1) ** (k + 1) * comb(classes, k) * (1 - k / classes) ** n for k in range(1, classes + 1)))


@cache
def missing(seed: int, draws: int = 20_000) -> dict[str, float]:
    """How many samples of each size missed a class, and of how many standard errors the formula is off; stratified too."""
    draw = np.random.default_rng(seed)
    ordered = {n: np.sort(draw.integers(10, size=(draws, n))) for n in SIZES}
    found = {n: float(((np.diff(rows) != 0).sum(1) < 9).mean()) for n, rows in ordered.items()}
    errors = [abs(found[n] - chance(n)) / np.sqrt(chance(n) * (1 - chance(n)) / draws) for n in SIZES]
    rows = np.arange(50)  # five rows of each class; the class is row % 10
    stratified = np.concatenate([draw.choice(rows[rows % 10 == c], (200, 5)) for c in range(10)], axis=1) % 10
    never = np.mean([len(np.unique(sample)) < 10 for sample in stratified])
    return {f"missing_{n}": found[n] for n in SIZES} | {"errors": float(max(errors)), "stratified": float(never)}


def experiment(p: Parameters) -> Experiment:
    """Four classifiers."""
    names = ("gain", "alone", "bagged", "disagree", *(f"missing_{n}" for n in SIZES), "errors", "stratified")
    return Experiment(
        arms={name: partial(bagged, p, name) for name in ("tree", "neighbours", "logistic", "bayes")},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "tree_gains": Claim(lambda a: a.tree.gain, above=0.05),
            "stable_do_not": Claim(lambda a: abs(a.neighbours.gain) <= 0.01 and abs(a.logistic.gain) <= 0.01),
            "formula": Claim(lambda a: a.tree.errors, below=3),
            "stratified_never": Claim(lambda a: a.tree.stratified == 0),
        },
    )
