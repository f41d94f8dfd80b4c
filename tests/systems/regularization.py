"""What the tests of regularization share: a network that has time enough to memorize labels of which 40 % are wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.data.split import Split
from seodang.experiment import Batch, Trained, Training, Turn
from seodang.models.blocks import blocks
from seodang.training import train, train_arms

SEEDS = (0, 1, 2, 3)
ADAM = partial(torch.optim.Adam, lr=0.003)
Objective = Callable[[Callable[[Tensor], Tensor], Batch], Tensor]
Noise = Callable[[int, torch.Generator], Tensor]


def mislabelled(generator: torch.Generator) -> Split:
    """Digits of whose training labels 40 % are drawn anew from all ten classes."""
    return digits(generator).noisy(0.4, 10, generator)


def wide(*after: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    """64-256-256-10; a ReLU and then the given layers follow each hidden layer."""
    return partial(blocks, [64, 256, 256, 10], [nn.ReLU, *after])


MEMORIZING = Training(data=mislabelled, model=wide(), loss=F.cross_entropy, optimizer=ADAM, steps=700)


@cache
def memorized() -> list[float]:
    """The test accuracies, a seed each, without any remedy; trained once for all tests."""
    return accuracies(trained_on(MEMORIZING))


def trained_on(training: Training, seeds: Sequence[int] = SEEDS) -> list[Trained]:
    """Trained on one thread, as all systems are."""
    return train(training, seeds, threads=1)


def trained_arms(arms: Mapping[str, Training], seeds: Sequence[int] = SEEDS) -> dict[str, list[Trained]]:
    """Several arms trained together on one thread."""
    return train_arms(arms, seeds, threads=1)


def with_noise(base: Training, objective: Objective, noise: Noise) -> Training:
    """The same training with an objective that is given random numbers beside each batch."""
    return replace(base, loss=None, optimizer=None, turns=(Turn(objective, ADAM),), noise=noise)


def accuracies(trained: Sequence[Trained]) -> list[float]:
    """The test accuracy of each."""
    return [one.accuracy() for one in trained]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def gains(one: Sequence[float], over: Sequence[float]) -> list[float]:
    """By how much, seed by seed."""
    return [a - b for a, b in zip(one, over, strict=True)]


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
