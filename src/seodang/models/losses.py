"""Losses of one output and one target each, and their derivatives by the output, written out.

Most are negative logarithms of a likelihood (Bishop 2006, sections 1.2.5 and 4.3): squared error of a normal distribution,
absolute error of Laplace's, cross-entropy of a categorical one. Huber 1964, "Robust estimation of a location parameter".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class Loss(NamedTuple):
    """The mean of a loss over samples, of (output, target), and its derivative by the output."""

    value: Callable[[Tensor, Tensor], Tensor]
    slope: Callable[[Tensor, Tensor], Tensor]


def huber(edge: float = 1.0) -> Loss:
    """Half the squared error up to `edge`, and beyond it a line of the same slope: an outlier pulls no harder."""

    def value(output: Tensor, y: Tensor) -> Tensor:
        error = (output - y).abs()
        return torch.where(error <= edge, error.square() / 2, edge * (error - edge / 2)).mean()

    return Loss(value, lambda output, y: (output - y).clamp(-edge, edge) / y.numel())


def _right(scores: Tensor, y: Tensor) -> Tensor:
    """(batch, classes) 1 for the right class, 0 for the others."""
    return torch.eye(scores.shape[-1], dtype=scores.dtype)[y]


def cross_entropy(scores: Tensor, y: Tensor) -> Tensor:
    """Of scores (batch, classes) and classes (batch,): minus the log-probability of the right class."""
    return (scores.logsumexp(-1) - (scores * _right(scores, y)).sum(-1)).mean()


def binary_cross_entropy(score: Tensor, y: Tensor) -> Tensor:
    """Of a score (batch,) and what is 0 or 1 (batch,): log(1 + e^s) − y s, written so that nothing overflows."""
    return (score.clamp(min=0) - y * score + (-score.abs()).exp().log1p()).mean()


def hinge(score: Tensor, y: Tensor) -> Tensor:
    """Of a score (batch,) and what is −1 or 1: how much is missing to a margin of 1 (Cortes & Vapnik 1995)."""
    return (1 - y * score).clamp(min=0).mean()


def divergence(scores: Tensor, target: Tensor) -> Tensor:
    """Kullback & Leibler 1951: Σ p log(p / q) of target probabilities p and q = softmax(scores), both (batch, classes)."""
    return (torch.xlogy(target, target) - target * scores.log_softmax(-1)).sum(-1).mean()


LOSSES: dict[str, Loss] = {
    "mse": Loss(lambda output, y: (output - y).square().mean(), lambda output, y: 2 * (output - y) / y.numel()),
    "mae": Loss(lambda output, y: (output - y).abs().mean(), lambda output, y: (output - y).sign() / y.numel()),
    "huber": huber(),
    "cross_entropy": Loss(cross_entropy, lambda scores, y: (scores.softmax(-1) - _right(scores, y)) / len(y)),
    "binary_cross_entropy": Loss(binary_cross_entropy, lambda score, y: (score.sigmoid() - y) / y.numel()),
    "hinge": Loss(hinge, lambda score, y: -y * (y * score < 1) / y.numel()),
    "divergence": Loss(divergence, lambda scores, target: (scores.softmax(-1) - target) / len(target)),
}
