"""What every data set returns, and the changes an experiment makes to it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class DataError(Exception):
    """A data set that is missing, cut or not what it should be; the message names the file and the cure."""


class Split(NamedTuple):
    """Training and test samples; the first axis of each tensor is the sample."""

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor

    def first(self, n: int) -> Split:
        """With only the first n training samples."""
        return self._replace(x_train=self.x_train[:n], y_train=self.y_train[:n])

    def noisy(self, share: float, classes: int, generator: torch.Generator) -> Split:
        """With a share of the training labels redrawn uniformly from all classes (so some keep theirs by chance)."""
        redrawn = torch.rand(len(self.y_train), generator=generator) < share
        guesses = torch.randint(classes, self.y_train.shape, generator=generator)
        return self._replace(y_train=torch.where(redrawn, guesses, self.y_train))


def drawn(x: Tensor, y: Tensor, test: int, generator: torch.Generator) -> Split:
    """A fresh random split of one set: `test` samples to test on, the rest to train on."""
    order = torch.randperm(len(x), generator=generator)
    return Split(x[order[test:]], y[order[test:]], x[order[:test]], y[order[:test]])
