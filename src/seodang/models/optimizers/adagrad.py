"""Adagrad: Duchi, Hazan & Singer 2011, "Adaptive subgradient methods", figure 1 (diagonal matrices)."""

from __future__ import annotations

import torch
from torch import Tensor


def adagrad(
    x: Tensor, gradient: Tensor, squares: Tensor | None = None, *, lr: float, eps: float = 1e-10
) -> tuple[Tensor, Tensor]:
    """s ← s + g², x ← x − lr g / (√s + eps): what was seldom moved moves far, and every step is shorter than the last.

    As s only grows, the effective learning rate lr / √s falls as 1 / √t.
    """
    squares = (torch.zeros_like(x) if squares is None else squares) + gradient.square()
    return x - lr * gradient / (squares.sqrt() + eps), squares
