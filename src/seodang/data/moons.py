"""Two half moons: points on two interleaved half circles, with noise; no straight line tells them apart.

The toy set of scikit-learn's `make_moons`, as it is drawn there.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from seodang.data.split import Split


def moons(generator: torch.Generator, points: int = 100, noise: float = 0.1) -> Split:
    """(2*points, 2) training points, classes 0-1, and as many test points; `noise` is its standard deviation."""
    x_train, y_train = _drawn(generator, points, noise)
    x_test, y_test = _drawn(generator, points, noise)
    return Split(x_train, y_train, x_test, y_test)


def _drawn(generator: torch.Generator, points: int, noise: float) -> tuple[Tensor, Tensor]:
    angle = torch.linspace(0, math.pi, points)
    outer = torch.stack([angle.cos(), angle.sin()], dim=1)
    inner = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], dim=1)
    x = torch.cat([outer, inner])
    return x + noise * torch.randn(x.shape, generator=generator), torch.arange(2).repeat_interleave(points)
