"""A small convolutional net whose pooling, padding and filters are arguments: for comparing them one at a time.

Pooling: Scherer, Müller & Behnke 2010, "Evaluation of pooling operations in convolutional architectures for object
recognition"; strides in its place: Springenberg, Dosovitskiy, Brox & Riedmiller 2015, "Striving for simplicity".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

from torch import nn

POOLING: dict[str, Callable[[], nn.Module]] = {
    "maximum": lambda: nn.MaxPool2d(2),
    "average": lambda: nn.AvgPool2d(2),
    "overlapping": lambda: nn.MaxPool2d(3, 2, padding=1),
    "strided": nn.Identity,  # the convolution before it takes every second place instead
    "global": lambda: nn.MaxPool2d(2),  # and the mean over all places before the last layer
}
Padding = Literal["zeros", "reflect", "replicate", "circular"]
PADDING: tuple[Padding, ...] = ("zeros", "reflect", "replicate", "circular")


def pooled(pooling: str, filters: Sequence[int] = (16, 32), side: int = 8, classes: int = 10) -> nn.Sequential:
    """3 x 3 convolutions, each halved by pooling of the named kind, and one linear layer; of (batch, 1, side, side)."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise([1, *filters]):
        stride = 2 if pooling == "strided" else 1
        layers += [nn.Conv2d(inputs, outputs, 3, stride, padding=1), nn.ReLU(), POOLING[pooling]()]
        side //= 2
    side = 1 if pooling == "global" else side
    layers += [nn.AdaptiveAvgPool2d(1)] if pooling == "global" else []
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(filters[-1] * side * side, classes))


def padded(padding: Padding, filters: Sequence[int] = (16, 16, 16, 16), side: int = 8, classes: int = 10) -> nn.Sequential:
    """3 x 3 convolutions that keep the image's size by padding of the named mode, and one linear layer."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise([1, *filters]):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode=padding), nn.ReLU()]
    return nn.Sequential(*layers, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(filters[-1] * (side // 2) ** 2, classes))
