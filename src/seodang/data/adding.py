"""The adding problem: remember two marked numbers of a long sequence and give their sum.

Hochreiter & Schmidhuber 1997, section 5.4, in the form of Arjovsky, Shah & Bengio 2016: one mark in each half. Only the
marks say which numbers count, and the first may lie a whole sequence back. Always answering 1, the mean, has a squared error
of 1/6; a model that carries only the second number to the end can reach 1/12.
"""

from __future__ import annotations

import torch
from torch import Tensor

from seodang.data.split import Split

TEST = 1_000


def adding(generator: torch.Generator, length: int, train: int = 20_000) -> Split:
    """A fresh draw: sequences (samples, length, 2), each step a number uniform on [0, 1] and its mark; sums (samples, 1)."""
    x_train, y_train = sequences(train, length, generator)
    x_test, y_test = sequences(TEST, length, generator)
    return Split(x_train, y_train, x_test, y_test)


def sequences(samples: int, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(samples, length, 2) inputs and (samples, 1) sums."""
    numbers = torch.rand(samples, length, generator=generator)
    half = length // 2
    first = torch.randint(half, (samples, 1), generator=generator)
    second = torch.randint(half, length, (samples, 1), generator=generator)
    marks = torch.zeros(samples, length).scatter_(1, torch.cat([first, second], dim=1), 1.0)
    return torch.stack([numbers, marks], dim=-1), (numbers * marks).sum(dim=1, keepdim=True)
