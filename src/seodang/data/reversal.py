"""Reversed strings: read a word of random letters and write it backwards.

The toy task of encoder and decoder: all must be read before the first letter can be written, and attention, where there is
any, must run against the order of reading.
"""

from __future__ import annotations

import string

import torch
from torch import Tensor

from seodang.data.split import Split

TEST = 1_000


def reversal(generator: torch.Generator, length: int = 8, alphabet: int = 10, train: int = 10_000) -> Split:
    """(train, length) and (1000, length) letters as numbers, classes 0..alphabet-1; targets are they reversed."""
    x = torch.randint(alphabet, (train + TEST, length), generator=generator)
    y = x.flip(1)
    return Split(x[:train], y[:train], x[train:], y[train:])


def say(x: Tensor, y: Tensor) -> str:
    """Both words in letters."""
    one, other = ("".join(string.ascii_letters[code] for code in word.tolist()) for word in (x, y))
    return f"{one} → {other}"
