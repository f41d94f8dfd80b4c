"""AlexNet: five convolutions with overlapping pooling, and three fully connected layers; in one tower, and as published.

Krizhevsky, Sutskever & Hinton 2012, "ImageNet classification with deep convolutional neural networks". One tower has the
filters of Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks", which fit on one processor
and are what torchvision ships.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from seodang.models.lrn import LocalResponseNorm

INPUT = {"alexnet": (3, 224, 224), "alexnet_2012": (3, 227, 227)}


def alexnet(classes: int = 1000, dropout: float = 0.5) -> nn.Sequential:
    """AlexNet in one tower (Krizhevsky 2014): of images (batch, 3, 224, 224), the scores of the classes."""
    return nn.Sequential(
        *(nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, stride=2)),
        *(nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, stride=2)),
        *(nn.Conv2d(192, 384, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(384, 256, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, stride=2)),
        nn.Flatten(),
        *(nn.Dropout(dropout), nn.Linear(256 * 6 * 6, 4096), nn.ReLU()),
        *(nn.Dropout(dropout), nn.Linear(4096, 4096), nn.ReLU()),
        nn.Linear(4096, classes),
    )


def alexnet_2012(classes: int = 1000, dropout: float = 0.5) -> nn.Sequential:
    """AlexNet as published (Krizhevsky, Sutskever & Hinton 2012): the two processors' halves are groups of convolutions.

    Of images (batch, 3, 227, 227): the 224 of the paper are no whole number of strides.
    """
    return nn.Sequential(
        *(nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(), LocalResponseNorm(), nn.MaxPool2d(3, stride=2)),
        *(nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), LocalResponseNorm(), nn.MaxPool2d(3, stride=2)),
        *(nn.Conv2d(256, 384, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU()),
        *(nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, stride=2)),
        nn.Flatten(),
        *(nn.Linear(256 * 6 * 6, 4096), nn.ReLU(), nn.Dropout(dropout)),
        *(nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(dropout)),
        nn.Linear(4096, classes),
    )


def alexnet_small(
    classes: int = 10,
    image: tuple[int, int, int] = (1, 16, 16),
    *,
    activation: Callable[[], nn.Module] = nn.ReLU,
    normalization: Callable[[], nn.Module] = LocalResponseNorm,
    pooling: tuple[int, int] = (3, 2),  # kernel and stride
    dropout: float = 0.5,
) -> nn.Sequential:
    """AlexNet's layers on small images, each ingredient an argument so that it can be left out."""
    channels, height, width = image
    kernel, stride = pooling
    for _ in range(2):
        height, width = (height - kernel) // stride + 1, (width - kernel) // stride + 1
    return nn.Sequential(
        *(nn.Conv2d(channels, 16, 3, padding=1), activation(), normalization(), nn.MaxPool2d(kernel, stride)),
        *(nn.Conv2d(16, 32, 3, padding=1), activation(), normalization(), nn.MaxPool2d(kernel, stride)),
        *(nn.Conv2d(32, 32, 3, padding=1), activation()),
        *(nn.Conv2d(32, 32, 3, padding=1), activation(), nn.Flatten()),
        *(nn.Dropout(dropout), nn.Linear(32 * height * width, 64), activation()),
        *(nn.Dropout(dropout), nn.Linear(64, classes)),
    )
