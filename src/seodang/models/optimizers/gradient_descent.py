"""Gradient descent (Cauchy 1847); with a gradient of some samples only, stochastic (Robbins & Monro 1951)."""

from __future__ import annotations

from torch import Tensor


def gradient_descent(x: Tensor, gradient: Tensor, memory: None = None, *, lr: float) -> tuple[Tensor, None]:
    """x ← x − lr g. It remembers nothing. Where no curvature exceeds L it converges for lr < 2 / L."""
    return x - lr * gradient, memory
