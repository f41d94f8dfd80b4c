"""The convolutional classifier of small images: convolution, normalization, ReLU and pooling, then a perceptron.

The layers of a classical network (LeCun, Bottou, Bengio & Haffner 1998) with batch normalization (Ioffe & Szegedy 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import nn


def cnn(
    image: tuple[int, int, int],  # (channels, height, width)
    filters: Sequence[int],
    hidden: Sequence[int],
    classes: int = 10,
    *,
    kernel: int = 3,
    batch_norm: bool = True,
    dropout: float = 0.0,
) -> nn.Sequential:
    """Of flat pixels, `(batch, channels * height * width)`, the scores of the classes.

    Every convolution keeps the image's size (so the kernel must be odd) and is followed by 2 x 2 pooling; `dropout` is
    the share of whole channels dropped after each.
    """
    if kernel % 2 == 0:
        raise ValueError(f"kernel={kernel}: must be odd, or padding cannot keep the size of the image")
    channels, height, width = image
    layers: list[nn.Module] = [nn.Unflatten(1, image)]
    for inputs, outputs in pairwise([channels, *filters]):
        layers.append(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2))
        layers += [nn.BatchNorm2d(outputs)] if batch_norm else []
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
        layers += [nn.Dropout2d(dropout)] if dropout else []
        height, width = height // 2, width // 2
    layers.append(nn.Flatten())
    sizes = [[channels, *filters][-1] * height * width, *hidden, classes]
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
