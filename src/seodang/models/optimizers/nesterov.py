"""Nesterov's accelerated gradient: momentum whose gradient is that of the point it is about to reach.

Nesterov 1983, "A method of solving a convex programming problem with convergence rate O(1/k²)"; in the form of Sutskever,
Martens, Dahl & Hinton 2013, "On the importance of initialization and momentum in deep learning", equations 3 and 4.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def nesterov(
    x: Tensor, gradient: Tensor, velocity: Tensor | None = None, *, lr: float, momentum: float = 0.9
) -> tuple[Tensor, Tensor]:
    """v ← m v + g, x ← x − lr (g + m v), as PyTorch has it: x is the point looked ahead to, where the gradient is known."""
    velocity = momentum * (torch.zeros_like(x) if velocity is None else velocity) + gradient
    return x - lr * (gradient + momentum * velocity), velocity


def look_ahead(
    x: Tensor, gradient: Callable[[Tensor], Tensor], velocity: Tensor, *, lr: float, momentum: float = 0.9
) -> tuple[Tensor, Tensor]:
    """As the paper has it: v ← m v − lr ∇f(x + m v), x ← x + v. Its x + m v are the points of `nesterov`."""
    velocity = momentum * velocity - lr * gradient(x + momentum * velocity)
    return x + velocity, velocity
