"""Adadelta: Zeiler 2012, "ADADELTA: an adaptive learning rate method", algorithm 1; it has no learning rate (lr = 1)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Squares(NamedTuple):
    """Running means of squared gradients and of squared steps."""

    gradients: Tensor
    steps: Tensor


def adadelta(
    x: Tensor, gradient: Tensor, squares: Squares | None = None, *, lr: float = 1.0, rho: float = 0.9, eps: float = 1e-6
) -> tuple[Tensor, Squares]:
    """d = g √(mean d² + eps) / √(mean g² + eps), x ← x − lr d.

    The means forget, so no step vanishes for having come late; the size of earlier steps gives d the unit of x.
    """
    gradients, steps = squares or Squares(torch.zeros_like(x), torch.zeros_like(x))
    gradients = rho * gradients + (1 - rho) * gradient.square()
    step = gradient * (steps + eps).sqrt() / (gradients + eps).sqrt()
    steps = rho * steps + (1 - rho) * step.square()
    return x - lr * step, Squares(gradients, steps)
