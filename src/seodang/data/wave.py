"""A smooth curve of one variable to fit: cos(2x) exp(-x²/4) + 0.3 sin(3x) on [-3, 3].

A bump that dies away on a ripple that does not, so that a network has to get a coarse and a fine shape right.
"""

from __future__ import annotations

import torch
from torch import Tensor

from seodang.data.split import Split

TRAIN, TEST = 1_000, 500
REACH = 3.0


def wave(generator: torch.Generator, noise: float = 0.0) -> Split:
    """A fresh draw: (1000, 1) and (500, 1) points, uniform on [-3, 3], and the curve's heights in the same shapes.

    `noise` is the standard deviation of what is added to the training heights; the test heights are the curve's own.
    """
    x = (2 * torch.rand(TRAIN + TEST, 1, generator=generator) - 1) * REACH
    y = height(x)
    noisy = y[:TRAIN] + noise * torch.randn(TRAIN, 1, generator=generator)
    return Split(x[:TRAIN], noisy, x[TRAIN:], y[TRAIN:])


def height(x: Tensor) -> Tensor:
    """The curve itself."""
    return torch.cos(2 * x) * torch.exp(-x.square() / 4) + 0.3 * torch.sin(3 * x)
