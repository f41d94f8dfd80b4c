"""VGG: blocks of 3 x 3 convolutions, each halved by pooling, and three fully connected layers.

Simonyan & Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition", table 1: columns A and D.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

VGG_11 = ((64,), (128,), (256, 256), (512, 512), (512, 512))
VGG_16 = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


def vgg(blocks: Sequence[Sequence[int]], classes: int = 1000, dropout: float = 0.5) -> nn.Sequential:
    """Of images `(batch, 3, 224, 224)` the scores of the classes; `blocks` holds the filters of each convolution."""
    layers: list[nn.Module] = []
    channels = 3
    for block in blocks:
        for filters in block:
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    side = 224 // 2 ** len(blocks)
    return nn.Sequential(
        *layers,
        nn.Flatten(),
        *(nn.Linear(channels * side * side, 4096), nn.ReLU(), nn.Dropout(dropout)),
        *(nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(dropout)),
        nn.Linear(4096, classes),
    )
