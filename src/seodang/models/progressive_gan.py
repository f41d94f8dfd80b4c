"""Progressive growing: generator and discriminator begin with 4 x 4 images; blocks that double them are faded in.

Karras, Aila, Laine & Lehtinen 2018, "Progressive growing of GANs for improved quality, stability, and variation": figure 2
(the fade), sections 3 and 4 (minibatch deviation, equalized learning rate, normalized pixels), table 2 (the networks).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CHANNELS = (512, 512, 512, 512, 256, 128, 64, 32, 16)
"""Of the maps of 4, 8, 16, … 1024 pixels."""


class EqualizedConv2d(nn.Conv2d):
    """A convolution whose weights, drawn from N(0, 1), are scaled by He's constant whenever they are used (section 4.1)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, padding: int = 0, gain: float = math.sqrt(2)) -> None:
        super().__init__(inputs, outputs, kernel, padding=padding)
        self.scale = gain / math.sqrt(inputs * kernel**2)
        nn.init.normal_(self.weight)
        assert self.bias is not None
        nn.init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return F.conv2d(input, self.scale * self.weight, self.bias, padding=self.padding)


class NormalizedPixels(nn.Module):
    """Each pixel's channels divided by the root of their mean square (section 4.2)."""

    def forward(self, x: Tensor) -> Tensor:  # (batch, channels, ...) to the same shape
        return x / torch.sqrt(x.square().mean(dim=1, keepdim=True) + 1e-8)


class MinibatchDeviation(nn.Module):
    """One more channel: the standard deviation over the batch, averaged over everything (section 3)."""

    def forward(self, x: Tensor) -> Tensor:  # (batch, channels, h, w) to (batch, channels + 1, h, w)
        deviation = torch.sqrt(x.var(dim=0, unbiased=False) + 1e-8).mean()
        return torch.cat([x, deviation.expand(len(x), 1, *x.shape[2:])], dim=1)


def _convolution(inputs: int, outputs: int, kernel: int, padding: int, *, normalized: bool) -> list[nn.Module]:
    """A convolution and leaky ReLU; in the generator, normalized pixels too."""
    convolution = EqualizedConv2d(inputs, outputs, kernel, padding)
    return [convolution, nn.LeakyReLU(0.2), *([NormalizedPixels()] if normalized else [])]


def _two(inputs: int, between: int, outputs: int, *, normalized: bool) -> list[nn.Module]:
    """Two 3 x 3 convolutions that keep the side."""
    first = _convolution(inputs, between, 3, 1, normalized=normalized)
    return first + _convolution(between, outputs, 3, 1, normalized=normalized)


class Generator(nn.Module):
    """Of z (batch, channels[0]), images of 4 * 2^level pixels a side; every level has a 1 x 1 head to colours."""

    def __init__(self, channels: Sequence[int] = CHANNELS, colours: int = 3) -> None:
        super().__init__()
        first = channels[0]
        start = _convolution(first, first, 4, 3, normalized=True) + _convolution(first, first, 3, 1, normalized=True)
        self.blocks = nn.ModuleList([nn.Sequential(NormalizedPixels(), nn.Unflatten(1, (first, 1, 1)), *start)])
        for inputs, outputs in pairwise(channels):
            layers = _two(inputs, outputs, outputs, normalized=True)
            self.blocks.append(nn.Sequential(nn.Upsample(scale_factor=2), *layers))
        self.heads = nn.ModuleList(EqualizedConv2d(one, colours, 1, gain=1.0) for one in channels)

    def forward(self, z: Tensor, level: int, alpha: float = 1.0) -> Tensor:
        """(batch, colours, side, side); the newest block counts for alpha, the level below, doubled, for 1 - alpha."""
        x = before = z
        for block in self.blocks[: level + 1]:
            before, x = x, block(x)
        image: Tensor = self.heads[level](x)
        if level == 0 or alpha == 1:
            return image
        doubled = F.interpolate(self.heads[level - 1](before), scale_factor=2.0)
        return torch.lerp(doubled, image, alpha)


class Discriminator(nn.Module):
    """The generator's mirror image: of images of 4 * 2^level pixels a side, a score (batch, 1)."""

    def __init__(self, channels: Sequence[int] = CHANNELS, colours: int = 3) -> None:
        super().__init__()
        first = channels[0]
        last = _convolution(first + 1, first, 3, 1, normalized=False) + _convolution(first, first, 4, 0, normalized=False)
        end = nn.Sequential(MinibatchDeviation(), *last, EqualizedConv2d(first, 1, 1, gain=1.0), nn.Flatten())
        self.blocks = nn.ModuleList([end])
        for outputs, inputs in pairwise(channels):
            layers = _two(inputs, inputs, outputs, normalized=False)
            self.blocks.append(nn.Sequential(*layers, nn.AvgPool2d(2)))
        self.heads = nn.ModuleList(nn.Sequential(*_convolution(colours, one, 1, 0, normalized=False)) for one in channels)

    def forward(self, x: Tensor, level: int, alpha: float = 1.0) -> Tensor:
        """(batch, 1); the newest block counts for alpha, the image halved and read by the level below for 1 - alpha."""
        read: Tensor = self.heads[level](x)
        for depth in range(level, -1, -1):
            read = self.blocks[depth](read)
            if depth == level > 0 and alpha < 1:
                read = torch.lerp(self.heads[level - 1](F.avg_pool2d(x, 2)), read, alpha)
        return read
