"""Network in network: a perceptron slides over the image as 1 x 1 convolutions, and its last maps are the classes.

Lin, Chen & Yan 2014, "Network In Network", sections 3.1 and 3.2; the sizes are those of the authors' released CIFAR-10
configuration. Class activation maps: Zhou, Khosla, Lapedriza, Oliva & Torralba 2016, "Learning deep features for
discriminative localization", of which this head, a map a class, is the simplest case.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from seodang.models.kaiming import kaiming

INPUT = {"nin": (3, 32, 32)}


def mlpconv(channels: Sequence[int], kernel: int) -> list[nn.Module]:
    """A convolution that keeps the image's size and 1 x 1 convolutions after it, each with a ReLU; inputs first."""
    layers: list[nn.Module] = []
    for number, (inputs, outputs) in enumerate(pairwise(channels)):
        side = kernel if number == 0 else 1
        layers += [nn.Conv2d(inputs, outputs, side, padding=side // 2), nn.ReLU()]
    return layers


def nin(
    classes: int = 10,
    channels: int = 3,
    filters: Sequence[Sequence[int]] = ((192, 160, 96), (192, 192, 192), (192, 192)),
    kernels: Sequence[int] = (5, 5, 3),
    dropout: float = 0.5,
) -> nn.Sequential:
    """Network in network (Lin, Chen & Yan 2014): of images of any size, the mean of each class's map.

    Every mlpconv but the last is followed by overlapping pooling and dropout.
    """
    layers: list[nn.Module] = []
    stages = [*filters[:-1], (*filters[-1], classes)]
    for stage, kernel in zip(stages, kernels, strict=True):
        layers += mlpconv([channels, *stage], kernel)
        layers += [nn.MaxPool2d(3, 2, padding=1), nn.Dropout(dropout)]
        channels = stage[-1]
    return nn.Sequential(*layers[:-2], nn.AdaptiveAvgPool2d(1), nn.Flatten())


def nin_small(classes: int = 10, channels: int = 1) -> nn.Sequential:
    """Two mlpconvs for small images. The classes' maps have no ReLU: a class whose map dies would learn no more."""
    *layers, _relu, mean, flatten = nin(classes, channels, ((16, 16, 16), (32, 32)), (3, 3), dropout=0.0)
    return kaiming(nn.Sequential(*layers, mean, flatten))


def class_maps(net: nn.Sequential, x: Tensor) -> Tensor:
    """(batch, classes, height, width): where each class's evidence lies. Its mean over the places is the class's score."""
    maps: Tensor = net[:-2](x)
    return maps
