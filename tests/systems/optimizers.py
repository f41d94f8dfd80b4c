"""What the tests of optimizers share: an ill-conditioned bowl, and the slope of a power law."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

SEEDS = (0, 1, 2)
CURVATURES = torch.logspace(-2, 0, 20, dtype=torch.float64)
"""Of a bowl whose condition number is 100."""


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def bowl(x: Tensor) -> Tensor:
    """The gradient of ½ Σ c x²."""
    return CURVATURES * x


def slope_of(x: Sequence[float], y: Sequence[float]) -> float:
    """Of the least-squares line through (log x, log y)."""
    a, b = (torch.tensor(values, dtype=torch.float64).log() for values in (x, y))
    return float(((a - a.mean()) * (b - b.mean())).sum() / (a - a.mean()).square().sum())
