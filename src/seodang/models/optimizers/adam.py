"""Adam, and the two methods that answer its counter-examples.

Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 1. Reddi, Kale & Kumar 2018, "On the convergence of
Adam and beyond", algorithm 2 (AMSGrad). Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Moments(NamedTuple):
    """Steps done, running means of gradients and of their squares, and the largest the latter ever was (AMSGrad)."""

    step: int
    first: Tensor
    second: Tensor
    largest: Tensor


def adam(
    x: Tensor,
    gradient: Tensor,
    moments: Moments | None = None,
    *,
    lr: float = 0.001,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Tensor, Moments]:
    """x ← x − lr m̂ / (√v̂ + eps); m̂ and v̂ are corrected for having begun at 0, so that the first step is lr long."""
    moments = _moved(moments, gradient, betas)
    return x - lr * _direction(moments, moments.second, betas, eps), moments


def amsgrad(
    x: Tensor,
    gradient: Tensor,
    moments: Moments | None = None,
    *,
    lr: float = 0.001,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Tensor, Moments]:
    """Adam divided by the largest v so far: a rare large gradient is not forgotten. The correction of m and v is torch's."""
    moments = _moved(moments, gradient, betas)
    return x - lr * _direction(moments, moments.largest, betas, eps), moments


def adamw(
    x: Tensor,
    gradient: Tensor,
    moments: Moments | None = None,
    *,
    lr: float = 0.001,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> tuple[Tensor, Moments]:
    """Adam with x ← (1 − lr decay) x beside it: the decay is not divided by √v̂, as an L2 penalty's gradient would be."""
    return adam((1 - lr * weight_decay) * x, gradient, moments, lr=lr, betas=betas, eps=eps)


def _moved(moments: Moments | None, gradient: Tensor, betas: tuple[float, float]) -> Moments:
    nought = torch.zeros_like(gradient)
    step, first, second, largest = moments or Moments(0, nought, nought, nought)
    first = betas[0] * first + (1 - betas[0]) * gradient
    second = betas[1] * second + (1 - betas[1]) * gradient.square()
    return Moments(step + 1, first, second, torch.maximum(largest, second))


def _direction(moments: Moments, second: Tensor, betas: tuple[float, float], eps: float) -> Tensor:
    mean = moments.first / (1 - betas[0] ** moments.step)
    square = second / (1 - betas[1] ** moments.step)
    return mean / (square.sqrt() + eps)
