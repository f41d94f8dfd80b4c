"""Sets of small images by name, so that an experiment on digits runs on MNIST by `--data mnist`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from seodang.data.cifar10 import cifar10
from seodang.data.digits import digits
from seodang.data.fashion_mnist import fashion_mnist
from seodang.data.kmnist import kmnist
from seodang.data.mnist import mnist
from seodang.data.shapes import shapes
from seodang.data.split import DataError, Split


@dataclass(frozen=True)
class Images:
    """`draw` returns flat pixels in [0, 1]; an image is `channels` x `side` x `side`, grey or red, green, blue.

    Where the set comes with an official test split, no seed redraws it, and a verdict holds for that split.
    """

    draw: Callable[[torch.Generator], Split]
    side: int
    classes: int = 10
    channels: int = 1
    official_split: bool = False

    @property
    def pixels(self) -> int:
        return self.channels * self.side * self.side


SETS = {
    "digits": Images(digits, side=8),
    "mnist": Images(mnist, side=28, official_split=True),
    "fashion_mnist": Images(fashion_mnist, side=28, official_split=True),
    "kmnist": Images(kmnist, side=28, official_split=True),
    "cifar10": Images(cifar10, side=32, channels=3, official_split=True),
    "shapes": Images(shapes, side=32, classes=16, channels=3),
}
NAMES = tuple(SETS)


def images(name: str) -> Images:
    """The set of that name; DataError for an unknown one."""
    if name not in SETS:
        raise DataError(f"{name}: no such data set; there is {', '.join(SETS)}")
    return SETS[name]
