"""RMSprop: Tieleman & Hinton 2012, lecture 6e of the course "Neural networks for machine learning"; there is no paper."""

from __future__ import annotations

import torch
from torch import Tensor


def rmsprop(
    x: Tensor, gradient: Tensor, squares: Tensor | None = None, *, lr: float, alpha: float = 0.99, eps: float = 1e-8
) -> tuple[Tensor, Tensor]:
    """s ← α s + (1 − α) g², x ← x − lr g / (√s + eps). With α = 0 only the gradient's sign is left."""
    squares = alpha * (torch.zeros_like(x) if squares is None else squares) + (1 - alpha) * gradient.square()
    return x - lr * gradient / (squares.sqrt() + eps), squares
