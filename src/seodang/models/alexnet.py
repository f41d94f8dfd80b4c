"""AlexNet in one tower: five convolutions with overlapping pooling, and three fully connected layers.

Krizhevsky, Sutskever & Hinton 2012; the filters are those of Krizhevsky 2014, "One weird trick for parallelizing
convolutional neural networks", which fit on one processor and are what torchvision ships.
"""

from __future__ import annotations

from torch import nn


def alexnet(classes: int = 1000, dropout: float = 0.5) -> nn.Sequential:
    """Of images `(batch, 3, 224, 224)` the scores of the classes."""
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
