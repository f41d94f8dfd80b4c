"""GoogLeNet: inception modules, four branches of different reach beside each other, and two auxiliary classifiers.

Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke & Rabinovich 2015, "Going deeper with convolutions",
table 1 and section 5. What torchvision ships has batch normalization, and 3 x 3 filters where the paper has 5 x 5.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.lrn import LocalResponseNorm

INPUT = dict.fromkeys(("googlenet", "googlenet_auxiliary", "googlenet_2014"), (3, 224, 224))
Row = tuple[int, int, int, int, int, int]  # 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection
TABLE: tuple[tuple[Row, ...], ...] = (
    ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),  # 3a, 3b
    (
        *((192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64)),  # 4a, 4b, 4c
        *((112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128)),  # 4d, 4e
    ),
    ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),  # 5a, 5b
)


def unit(inputs: int, filters: int, kernel: int, stride: int = 1, *, padding: int = 0, norm: bool = True) -> nn.Sequential:
    """A convolution and a ReLU; with batch normalization between them, and then without a bias, or as published."""
    conv = nn.Conv2d(inputs, filters, kernel, stride, padding, bias=not norm)
    return nn.Sequential(conv, *([nn.BatchNorm2d(filters)] if norm else []), nn.ReLU())


class Inception(nn.Module):
    """1 x 1, 3 x 3, 5 x 5 and pooling side by side; 1 x 1 convolutions first make the wide ones affordable."""

    def __init__(self, inputs: int, row: Row, *, five: int = 5, norm: bool = False) -> None:
        super().__init__()
        one, reduce3, three, reduce5, wide, pool = row
        self.one = unit(inputs, one, 1, norm=norm)
        self.three = nn.Sequential(unit(inputs, reduce3, 1, norm=norm), unit(reduce3, three, 3, padding=1, norm=norm))
        last = unit(reduce5, wide, five, padding=five // 2, norm=norm)
        self.five = nn.Sequential(unit(inputs, reduce5, 1, norm=norm), last)
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, padding=1), unit(inputs, pool, 1, norm=norm))
        self.outputs = one + three + wide + pool

    def forward(self, x: Tensor) -> Tensor:  # (batch, inputs, h, w) to (batch, outputs, h, w)
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], dim=1)


class GoogLeNet(nn.Module):
    """A stem, stages of inception modules halved by pooling, a mean over the places, and one linear layer.

    In training, with auxiliary classifiers, it returns three scores, its own first; in evaluation its own alone.
    """

    def __init__(
        self,
        stem: nn.Sequential,
        channels: int,  # that leave the stem
        classes: int,
        table: Sequence[Sequence[Row]] = TABLE,
        *,
        five: int = 5,
        norm: bool = False,
        auxiliary: tuple[nn.Module, int]
        | None = None,  # the pooling before the auxiliary classifiers, and the side it leaves
        hidden: int = 1024,
    ) -> None:
        super().__init__()
        self.stem = stem
        self.stages = nn.ModuleList()
        self.heads = nn.ModuleDict()
        for number, rows in enumerate(table):
            stage = nn.ModuleList()
            for place, row in enumerate(rows):
                stage.append(Inception(channels, row, five=five, norm=norm))
                channels = sum((row[0], row[2], row[4], row[5]))
                if auxiliary is not None and number == 1 and place in (0, len(rows) - 2):  # after 4a and 4d
                    pool, side = auxiliary
                    reduced = (pool, unit(channels, hidden // 8, 1, norm=norm), nn.Flatten())
                    linear = nn.Linear(hidden // 8 * side * side, hidden)
                    layers = (linear, nn.ReLU(), nn.Dropout(0.7), nn.Linear(hidden, classes))
                    self.heads[str(place)] = nn.Sequential(*reduced, *layers)
            self.stages.append(stage)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(channels, classes))

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        x = self.stem(x)
        asides = []
        for number, stage in enumerate(self.stages):
            x = self.pool(x) if number else x
            assert isinstance(stage, nn.ModuleList)
            for place, inception in enumerate(stage):
                x = inception(x)
                if self.training and number == 1 and str(place) in self.heads:
                    asides.append(self.heads[str(place)](x))
        scores: Tensor = self.head(x)
        return (scores, *asides) if asides else scores


def large_stem(*, norm: bool) -> nn.Sequential:
    """Of images (batch, 3, 224, 224), maps (batch, 192, 28, 28)."""
    response = [] if norm else [LocalResponseNorm()]
    halve = nn.MaxPool2d(3, 2, ceil_mode=True)
    first = (unit(3, 64, 7, 2, padding=3, norm=norm), halve, *response)
    return nn.Sequential(*first, unit(64, 64, 1, norm=norm), unit(64, 192, 3, padding=1, norm=norm), *response, halve)


def googlenet(classes: int = 1000) -> GoogLeNet:
    """GoogLeNet as shipped today (Szegedy et al. 2015; with batch normalization, without the auxiliary classifiers)."""
    return GoogLeNet(large_stem(norm=True), 192, classes, five=3, norm=True)


def googlenet_auxiliary(classes: int = 1000) -> GoogLeNet:
    """GoogLeNet as shipped today, with its two auxiliary classifiers (Szegedy et al. 2015, section 5)."""
    return GoogLeNet(large_stem(norm=True), 192, classes, five=3, norm=True, auxiliary=(nn.AvgPool2d(5, 3), 4))


def googlenet_2014(classes: int = 1000) -> GoogLeNet:
    """GoogLeNet as published (Szegedy et al. 2015, table 1), with both auxiliary classifiers, 5 x 5 filters and biases."""
    return GoogLeNet(large_stem(norm=False), 192, classes, auxiliary=(nn.AvgPool2d(5, 3), 4))


def googlenet_small(classes: int = 10, channels: int = 1, narrower: int = 8) -> GoogLeNet:
    """All nine modules with an eighth of the filters, for images from (8, 8), whose size it halves twice."""
    table = [[tuple(filters // narrower for filters in row) for row in rows] for rows in TABLE]
    stem = nn.Sequential(unit(channels, 16, 3, padding=1))
    auxiliary = (nn.AdaptiveAvgPool2d(2), 2)
    return GoogLeNet(stem, 16, classes, table, norm=True, auxiliary=auxiliary, hidden=64)  # type: ignore[arg-type]


def with_auxiliary_loss(outputs: Tensor | tuple[Tensor, ...], classes: Tensor) -> Tensor:
    """Cross-entropy, and 0.3 times that of each auxiliary classifier (section 5), where there are any."""
    if isinstance(outputs, Tensor):
        return F.cross_entropy(outputs, classes)
    own, *asides = (F.cross_entropy(scores, classes) for scores in outputs)
    return own + 0.3 * torch.stack(asides).sum()
