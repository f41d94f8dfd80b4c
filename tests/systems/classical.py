"""A scikit-learn estimator as an arm of an experiment: fitted to the split that the seed draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from seodang.training.replica import stream


class Fitted(NamedTuple):
    """What a metric sees of one seed."""

    estimator: Any
    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor

    def accuracy(self) -> float:
        """The share of test samples whose class is predicted."""
        return float(self.estimator.score(self.x_test.numpy(), self.y_test.numpy()))

    def rmse(self) -> float:
        """The root of the mean squared error on the test samples."""
        return _rmse(self.estimator, self.x_test, self.y_test)

    def train_rmse(self) -> float:
        """The same on the samples it was fitted to."""
        return _rmse(self.estimator, self.x_train, self.y_train)


def fitted(
    estimator: Callable[[], Any], data: Callable[[torch.Generator], tuple[Tensor, Tensor, Tensor, Tensor]], seed: int
) -> Fitted:
    """An arm, once estimator and data are given: the split is the one that a `Training` draws from the same seed."""
    x_train, y_train, x_test, y_test = data(stream(seed, "split"))
    return Fitted(estimator().fit(x_train.numpy(), y_train.numpy()), x_train, y_train, x_test, y_test)


def _rmse(estimator: Any, x: Tensor, y: Tensor) -> float:
    return float((torch.from_numpy(estimator.predict(x.numpy())) - y).square().mean().sqrt())
