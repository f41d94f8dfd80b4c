"""Momentum, or the heavy ball: Polyak 1964, "Some methods of speeding up the convergence of iteration methods"."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def momentum(
    x: Tensor, gradient: Tensor, velocity: Tensor | None = None, *, lr: float, momentum: float = 0.9
) -> tuple[Tensor, Tensor]:
    """v ← m v + g, x ← x − lr v, as PyTorch has it; the velocity begins at 0.

    Polyak, and Sutskever et al. 2013, equation 1, keep lr within the velocity, v ← m v − lr g, x ← x + v: the same path as
    long as lr stays as it is, another after a change of it.
    """
    velocity = momentum * (torch.zeros_like(x) if velocity is None else velocity) + gradient
    return x - lr * velocity, velocity


def best_for_quadratic(smallest: float, largest: float) -> tuple[float, float]:
    """The learning rate and the momentum that are fastest on a quadratic of these smallest and largest curvatures (Polyak).

    Each step then shrinks the error by (√κ − 1) / (√κ + 1), κ = largest / smallest; gradient descent by (κ − 1) / (κ + 1).
    """
    slow, fast = math.sqrt(smallest), math.sqrt(largest)
    return (2 / (fast + slow)) ** 2, ((fast - slow) / (fast + slow)) ** 2
