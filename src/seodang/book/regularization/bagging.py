"""What is a bootstrap sample, and what does bagging average away?

Efron 1979: n rows drawn from n with replacement stand for a fresh data set. Breiman 1996: fit a model to each of several
such samples and let them vote. The variance of an average of B equal models with correlation rho is rho s² + (1 - rho) s²
/ B, so what bagging removes is the part that the models do not share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from operator import itemgetter
from typing import Any

import numpy as np
import torch

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """500 training images; how many bags vote."""

    rows: int = knob(500, low=20, high=1347)
    bags: int = knob(20, low=2, high=500)


def tree(x: Any, y: Any, draw: np.random.Generator) -> Any:
    """A decision tree grown to the end on a bootstrap sample of the rows."""
    from sklearn.tree import DecisionTreeClassifier

    rows = draw.integers(len(x), size=len(x))
    return DecisionTreeClassifier(random_state=0).fit(x[rows], y[rows])


def voted(p: Parameters, bags: int, seed: int) -> Mapping[str, float]:
    """The test accuracy of so many bags, 0 for one tree on all rows; and the laws measured with this seed."""
    from sklearn.tree import DecisionTreeClassifier

    draw = np.random.default_rng(seed)
    x, y, x_test, y_test = (part.numpy() for part in digits(torch.Generator().manual_seed(seed)).first(p.rows))
    trees = [tree(x, y, draw) for _ in range(bags)] or [DecisionTreeClassifier(random_state=0).fit(x, y)]
    votes = np.mean([each.predict_proba(x_test) for each in trees], axis=0)
    return {"accuracy": float((votes.argmax(1) == y_test).mean())} | laws(seed)


@cache
def laws(seed: int, sets: int = 60, bags: int = 8) -> dict[str, float]:
    """Bootstrap samples of 1,347 rows, the error of a mean, and the variance of averaged trees over fresh training sets."""
    draw, n = np.random.default_rng(seed), 1347
    values = draw.exponential(size=n)
    samples = draw.integers(n, size=(2000, n))
    x, y, _, _ = (part.numpy() for part in digits(torch.Generator().manual_seed(seed)))
    fresh = [draw.choice(n - 300, 150, replace=False) for _ in range(sets)]
    said = np.array([[tree(x[rows], y[rows], draw).predict(x[-300:]) == y[-300:] for _ in range(bags)] for rows in fresh])
    said = said - said.mean((0, 1))  # (sets, bags, 300) whether each bag is right, less how often it is
    variance, shared = (said**2).mean(), (said.mean(1) ** 2 * bags**2 - (said**2).sum(1)).mean() / (bags * (bags - 1))
    return {
        "unique": float(np.mean([len(np.unique(sample)) / n for sample in samples[:200]])),
        "error": float(values[samples].mean(1).std() / (values.std(ddof=1) / np.sqrt(n))),
        "correlation": float(shared / variance),
        "pair_law": float((said[:, :2].mean(1) ** 2).mean() / (shared + (variance - shared) / 2)),
    }


def experiment(p: Parameters) -> Experiment:
    """One tree; one bag; several; many."""
    bags = {"tree": 0, "one_bag": 1, "five_bags": 5, "bagged": p.bags}
    return Experiment(
        arms={name: partial(voted, p, number) for name, number in bags.items()},
        metrics={name: itemgetter(name) for name in ("accuracy", "unique", "error", "correlation", "pair_law")},
        claims={
            "bagging_gains": Claim(lambda a: a.bagged.accuracy - a.tree.accuracy, above=0.05),
            "unique_share": Claim(lambda a: abs(a.tree.unique - (1 - (1 - 1 / 1347) ** 1347)), below=0.002),
            "standard_error": Claim(lambda a: abs(a.tree.error - 1), below=0.05),
            "variance_law": Claim(lambda a: abs(a.tree.pair_law - 1), below=0.1),
        },
    )
