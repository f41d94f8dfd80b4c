"""Parity: is the number of ones in a string of bits odd? Every bit decides, and no part of them tells anything.

Minsky & Papert 1969, "Perceptrons": no feature that looks at fewer bits than all has any correlation with the answer.
"""

from __future__ import annotations

import torch
from torch import Tensor

from seodang.data.split import DataError, Split

COUNTABLE = 20
"""Up to this length the strings are drawn without repetition, so that no test string was seen in training."""


def parity(generator: torch.Generator, length: int = 12, train: int = 2_000, test: int = 1_000) -> Split:
    """(train, length) and (test, length) bits, 0.0 or 1.0, classes 0-1: even and odd.

    DataError when there are not so many strings of that length.
    """
    if length > COUNTABLE:
        bits = torch.randint(2, (train + test, length), generator=generator)
    elif train + test > 2**length:
        raise DataError(f"parity: {train} + {test} strings of {length} bits; there are {2**length}: ask for longer ones")
    else:
        codes = torch.randperm(2**length, generator=generator)[: train + test]
        bits = codes[:, None] >> torch.arange(length) & 1
    x, y = bits.float(), bits.sum(1) % 2
    return Split(x[:train], y[:train], x[train:], y[train:])


def say(x: Tensor, y: Tensor) -> str:
    """The bits and the answer."""
    return f"{''.join(str(int(bit)) for bit in x)} → {('even', 'odd')[int(y)]}"
