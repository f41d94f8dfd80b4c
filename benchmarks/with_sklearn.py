"""(d) scikit-learn's MLPClassifier with the same layers, batch and Adam. Its losses come one an epoch."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import partial

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.cases import Case
from benchmarks.contenders import Contender, Losses
from benchmarks.data import made
from benchmarks.nets import Dense


class ScikitLearn(Contender):
    """One classifier after another."""

    def __init__(self, case: Case, seeds: Sequence[int], device: str = "cpu") -> None:
        super().__init__(case, seeds, device)
        assert isinstance(case.net, Dense)
        # alpha: an L2 penalty that the others do not have.
        same = partial(MLPClassifier, case.net.sizes[1:-1], activation=case.net.activation, batch_size=case.batch, alpha=0.0)
        self.models = [same(random_state=seed) for seed in seeds]
        self.data = [made(case, np.random.default_rng(seed)) for seed in seeds]
        self.classes = range(case.net.sizes[-1])

    def advance(self, steps: int) -> Losses:
        """It is given as many samples as these steps take, epochs and the beginning of one; losses (replicas, epochs)."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.array([self._advance(*each, steps) for each in zip(self.models, self.data, strict=True)])

    def _advance(self, model: MLPClassifier, data: tuple[np.ndarray, np.ndarray], steps: int) -> list[float]:
        x, y = data
        needed, losses = steps * self.case.batch, []
        while needed > 0:
            model.partial_fit(x[:needed], y[:needed], classes=self.classes)
            losses.append(model.loss_)
            needed -= len(x)
        return losses
