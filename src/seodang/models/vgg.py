"""VGG: blocks of 3 x 3 convolutions, each halved by pooling, and three fully connected layers.

Simonyan & Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition", table 1: columns A, D and E.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

VGG_11 = ((64,), (128,), (256, 256), (512, 512), (512, 512))
VGG_16 = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
VGG_19 = ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4)
INPUT = {"vgg11": (3, 224, 224), "vgg16": (3, 224, 224), "vgg19": (3, 224, 224)}


def vgg(
    blocks: Sequence[Sequence[int]],
    classes: int = 1000,
    dropout: float = 0.5,
    *,
    image: tuple[int, int, int] = (3, 224, 224),
    hidden: int = 4096,
) -> nn.Sequential:
    """Of images `(batch, *image)` the scores of the classes; `blocks` holds the filters of each convolution."""
    layers: list[nn.Module] = []
    channels, height, width = image
    for block in blocks:
        for filters in block:
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
            channels = filters
        layers.append(nn.MaxPool2d(2))
        height, width = height // 2, width // 2
    return nn.Sequential(
        *layers,
        nn.Flatten(),
        *(nn.Linear(channels * height * width, hidden), nn.ReLU(), nn.Dropout(dropout)),
        *(nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(dropout)),
        nn.Linear(hidden, classes),
    )


def vgg11() -> nn.Sequential:
    """VGG-11 (Simonyan & Zisserman 2015, column A)."""
    return vgg(VGG_11)


def vgg16() -> nn.Sequential:
    """VGG-16 (Simonyan & Zisserman 2015, column D)."""
    return vgg(VGG_16)


def vgg19() -> nn.Sequential:
    """VGG-19 (Simonyan & Zisserman 2015, column E)."""
    return vgg(VGG_19)
