"""SqueezeNet: few channels are seen by the 3 x 3 filters, and half of the filters are 1 x 1.

Iandola, Han, Moskewicz, Ashraf, Dally & Keutzer 2016, "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and
< 0.5 MB model size", table 1; version 1.1, with smaller maps, is the authors' later release.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from seodang.models.kaiming import kaiming

INPUT = {"squeezenet": (3, 224, 224), "squeezenet_1_1": (3, 224, 224)}
POOL = (0, 0)
"""In a list of fire modules: maximum pooling."""
FIRES = ((16, 64), (16, 64), (32, 128), POOL, (32, 128), (48, 192), (48, 192), (64, 256), POOL, (64, 256))
FIRES_1_1 = ((16, 64), (16, 64), POOL, (32, 128), (32, 128), POOL, (48, 192), (48, 192), (64, 256), (64, 256))


class Fire(nn.Module):
    """1 x 1 filters squeeze the channels, 1 x 1 and 3 x 3 filters side by side expand them."""

    def __init__(self, inputs: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Sequential(nn.Conv2d(inputs, squeezed, 1), nn.ReLU())
        self.one = nn.Sequential(nn.Conv2d(squeezed, expanded, 1), nn.ReLU())
        self.three = nn.Sequential(nn.Conv2d(squeezed, expanded, 3, padding=1), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:  # (batch, inputs, h, w) to (batch, 2 * expanded, h, w)
        x = self.squeeze(x)
        return torch.cat([self.one(x), self.three(x)], dim=1)


def fires(
    stem: Sequence[nn.Module], channels: int, modules: Sequence[tuple[int, int]], classes: int, dropout: float = 0.5
) -> nn.Sequential:
    """A stem that leaves so many channels, fire modules (squeezed, expanded), and a map a class, whose mean is the score."""
    layers = list(stem)
    for squeezed, expanded in modules:
        if (squeezed, expanded) == POOL:
            layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
            continue
        layers.append(Fire(channels, squeezed, expanded))
        channels = 2 * expanded
    maps = (nn.Dropout(dropout), nn.Conv2d(channels, classes, 1), nn.ReLU())
    return nn.Sequential(*layers, *maps, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def squeezenet(classes: int = 1000) -> nn.Sequential:
    """SqueezeNet 1.0 (Iandola et al. 2016, table 1): of images (batch, 3, 224, 224), the scores of the classes."""
    stem = (nn.Conv2d(3, 96, 7, stride=2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True))
    return fires(stem, 96, FIRES, classes)


def squeezenet_1_1(classes: int = 1000) -> nn.Sequential:
    """SqueezeNet 1.1 (Iandola et al. 2016, the authors' later release): as many parameters, 2.4 times less arithmetic."""
    stem = (nn.Conv2d(3, 64, 3, stride=2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True))
    return fires(stem, 64, FIRES_1_1, classes)


def squeezenet_small(classes: int = 10, channels: int = 1) -> nn.Sequential:
    """Three fire modules for small images. The last layer has no ReLU: a class whose map dies would learn no more."""
    stem = (nn.Conv2d(channels, 16, 3, padding=1), nn.ReLU())
    *layers, _relu, mean, flatten = fires(stem, 16, ((8, 16), POOL, (8, 16), (12, 24)), classes, dropout=0.0)
    return kaiming(nn.Sequential(*layers, mean, flatten))
