"""Densely connected networks: every layer is given the maps of all layers before it, and adds a few of its own.

Huang, Liu, van der Maaten & Weinberger 2017, "Densely connected convolutional networks", section 3,
table 1 (DenseNet-BC).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

INPUT = dict.fromkeys(("densenet121", "densenet169", "densenet201"), (3, 224, 224))


def normalized(inputs: int, filters: int, kernel: int) -> tuple[nn.Module, ...]:
    """Normalization, ReLU and a convolution that keeps the image's size."""
    return nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, filters, kernel, padding=kernel // 2, bias=False)


class Dense(nn.Module):
    """A layer of a dense block: its `growth` maps are put beside those it was given."""

    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        narrow = 4 * growth  # the bottleneck: what 3 x 3 sees does not grow with the block
        self.path = nn.Sequential(*normalized(inputs, narrow, 1), *normalized(narrow, growth, 3))

    def forward(self, x: Tensor) -> Tensor:  # (batch, k, h, w) to (batch, k + growth, h, w)
        return torch.cat([x, self.path(x)], dim=1)


def densenet(
    blocks: Sequence[int], growth: int = 32, *, classes: int = 1000, stem: nn.Sequential | None = None
) -> nn.Sequential:
    """Dense blocks of so many layers; between two a transition halves both the channels and the image.

    `stem` is what comes first, with a convolution of 2 * growth filters; without it, that for (batch, 3, 224, 224).
    """
    channels = 2 * growth
    if stem is None:
        first = nn.Conv2d(3, channels, 7, stride=2, padding=3, bias=False)
        stem = nn.Sequential(first, nn.BatchNorm2d(channels), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1))
    layers: list[nn.Module] = [stem]
    for number, count in enumerate(blocks):
        if number:
            layers += [*normalized(channels, channels // 2, 1), nn.AvgPool2d(2)]
            channels //= 2
        for _ in range(count):
            layers.append(Dense(channels, growth))
            channels += growth
    layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(channels, classes))


def densenet_small(classes: int = 10, channels: int = 1, blocks: Sequence[int] = (4, 4), growth: int = 8) -> nn.Sequential:
    """For small images: a stem of one 3 x 3 convolution."""
    stem = nn.Sequential(nn.Conv2d(channels, 2 * growth, 3, padding=1, bias=False))
    return densenet(blocks, growth, classes=classes, stem=stem)


def densenet121() -> nn.Sequential:
    """DenseNet-121 (Huang, Liu, van der Maaten & Weinberger 2017, table 1)."""
    return densenet((6, 12, 24, 16))


def densenet169() -> nn.Sequential:
    """DenseNet-169 (Huang, Liu, van der Maaten & Weinberger 2017, table 1)."""
    return densenet((6, 12, 32, 32))


def densenet201() -> nn.Sequential:
    """DenseNet-201 (Huang, Liu, van der Maaten & Weinberger 2017, table 1)."""
    return densenet((6, 12, 48, 32))
