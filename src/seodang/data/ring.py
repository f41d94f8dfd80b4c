"""A ring of eight narrow normal distributions: what a generative model that drops modes is caught on.

After the mixture of Metz, Poole, Pfau & Sohl-Dickstein 2017, "Unrolled generative adversarial networks", figure 2.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from seodang.data.split import Split

MODES = 8
SPREAD = 0.05
"""Standard deviation of each mode; the ring's radius is 1."""


def ring(generator: torch.Generator, train: int = 4_000, test: int = 1_000) -> Split:
    """(train, 2) and (test, 2) points; the targets are the modes they come from, classes 0-7."""
    x_train, y_train = _drawn(train, generator)
    x_test, y_test = _drawn(test, generator)
    return Split(x_train, y_train, x_test, y_test)


def centres() -> Tensor:
    """(8, 2) the means of the modes, counter-clockwise from (1, 0)."""
    angle = torch.arange(MODES) * (2 * math.pi / MODES)
    return torch.stack([angle.cos(), angle.sin()], dim=1)


def _drawn(n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    mode = torch.randint(MODES, (n,), generator=generator)
    return centres()[mode] + SPREAD * torch.randn(n, 2, generator=generator), mode
