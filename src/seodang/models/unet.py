"""U-Net: down to the coarse and up again, with the fine maps of the way down put beside those of the way up.

Ronneberger, Fischer & Brox 2015, "U-Net: convolutional networks for biomedical image segmentation", figure 1;
weights are drawn as its section 3 asks, with variance 2 / fan-in.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from seodang.models.kaiming import kaiming

INPUT = {"unet": (1, 572, 572)}


def twice(inputs: int, filters: int, padding: int) -> nn.Sequential:
    """Two 3 x 3 convolutions, each with a ReLU."""
    first = (nn.Conv2d(inputs, filters, 3, padding=padding), nn.ReLU())
    return nn.Sequential(*first, nn.Conv2d(filters, filters, 3, padding=padding), nn.ReLU())


def cropped(x: Tensor, like: Tensor) -> Tensor:
    """The middle of (batch, channels, h, w), of the height and width of another."""
    (height, width), (rows, columns) = x.shape[2:], like.shape[2:]
    top, left = (height - rows) // 2, (width - columns) // 2
    return x[:, :, top : top + rows, left : left + columns]


class UNet(nn.Module):
    """`filters` of each level, finest first. Without padding, as published, the map of scores is smaller than the image."""

    def __init__(self, channels: int, classes: int, filters: Sequence[int], padding: int = 0) -> None:
        super().__init__()
        self.down = nn.ModuleList(twice(inputs, outputs, padding) for inputs, outputs in pairwise([channels, *filters]))
        self.pool = nn.MaxPool2d(2)
        levels = list(pairwise(reversed(filters)))
        self.widen = nn.ModuleList(nn.ConvTranspose2d(coarse, fine, 2, stride=2) for coarse, fine in levels)
        self.up = nn.ModuleList(twice(2 * fine, fine, padding) for _, fine in levels)
        self.classify = nn.Conv2d(filters[0], classes, 1)

    def forward(self, x: Tensor) -> Tensor:  # (batch, channels, h, w) to (batch, classes, rows, columns)
        kept = []
        for level, down in enumerate(self.down):
            x = down(self.pool(x) if level else x)
            kept.append(x)
        for widen, up, fine in zip(self.widen, self.up, reversed(kept[:-1]), strict=True):
            x = widen(x)
            x = up(torch.cat([cropped(fine, x), x], dim=1))
        scores: Tensor = self.classify(x)
        return scores


def unet() -> UNet:
    """U-Net (Ronneberger, Fischer & Brox 2015, figure 1): of (batch, 1, 572, 572), two scores at 388 x 388 pixels."""
    return kaiming(UNet(1, 2, (64, 128, 256, 512, 1024)))


def unet_small(classes: int, channels: int = 1, filters: Sequence[int] = (8, 16, 32)) -> UNet:
    """Three levels and padding: a score at each pixel of images whose sides 4 divides."""
    return kaiming(UNet(channels, classes, filters, padding=1))
