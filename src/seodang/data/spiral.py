"""Points on interleaved spiral arms, one arm a class: two features, and no straight line that tells the classes apart.

After the toy set of CS231n's case study of a minimal network (course notes of Stanford CS231n): 3 arms of 100 points. Here
the arms start at equal angles.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from seodang.data.split import Split

TURN = 4.0
"""Radians that an arm turns between its inner and its outer end."""
NOISE = 0.2
"""Standard deviation of a point's angle, in radians."""


def spiral(generator: torch.Generator, arms: int = 3, points: int = 100) -> Split:
    """(arms*points, 2) training points within the unit circle, classes 0..arms-1, and as many test points."""
    x_train, y_train = _drawn(generator, arms, points)
    x_test, y_test = _drawn(generator, arms, points)
    return Split(x_train, y_train, x_test, y_test)


def _drawn(generator: torch.Generator, arms: int, points: int) -> tuple[Tensor, Tensor]:
    radius = torch.linspace(0, 1, points)  # (points,)
    start = torch.arange(arms)[:, None] * (2 * math.pi / arms)  # (arms, 1)
    angle = start + TURN * radius + NOISE * torch.randn(arms, points, generator=generator)
    x = torch.stack([radius * angle.sin(), radius * angle.cos()], dim=-1).flatten(0, 1)
    return x, torch.arange(arms).repeat_interleave(points)
