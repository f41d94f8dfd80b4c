"""Sets of small grey images by name, so that an experiment on digits runs on MNIST by `--data mnist`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from seodang.data.digits import digits
from seodang.data.mnist import mnist
from seodang.data.split import DataError, Split


@dataclass(frozen=True)
class Images:
    """`draw` returns flat pixels in [0, 1]; an image is `side` x `side`."""

    draw: Callable[[torch.Generator], Split]
    side: int
    classes: int = 10

    @property
    def pixels(self) -> int:
        return self.side * self.side


SETS = {"digits": Images(digits, side=8), "mnist": Images(mnist, side=28)}
NAMES = tuple(SETS)


def images(name: str) -> Images:
    """The set of that name; DataError for an unknown one."""
    if name not in SETS:
        raise DataError(f"{name}: no such data set; there is {', '.join(SETS)}")
    return SETS[name]
