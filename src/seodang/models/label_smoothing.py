"""Label smoothing: a target that leaves a little for every class.

Szegedy, Vanhoucke, Ioffe, Shlens & Wojna 2016, "Rethinking the Inception architecture", section 7. How sure a network then
is: Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern neural networks", equation 3.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def smoothed(y: Tensor, classes: int, eps: float) -> Tensor:
    """(batch, classes) targets of classes (batch,): 1 − eps for the right class, and eps shared among all of them."""
    return (1 - eps) * torch.eye(classes)[y] + eps / classes


def smoothed_loss(scores: Tensor, y: Tensor, eps: float) -> Tensor:
    """The mean cross-entropy of scores (batch, classes) against smoothed targets: the loss, mixed with one of no opinion."""
    logs = scores.log_softmax(-1)
    right = logs.gather(-1, y[:, None]).squeeze(-1)
    return -((1 - eps) * right + eps * logs.mean(-1)).mean()


def best_gap(classes: int, eps: float) -> float:
    """By how much the right score exceeds the others where the loss is lowest; without smoothing it is infinite."""
    return math.log((1 - eps + eps / classes) / (eps / classes))


def calibration_error(scores: Tensor, y: Tensor, bins: int = 15) -> float:
    """The expected calibration error: how far confidence and accuracy are apart, by bins of equal width."""
    confidence, guess = scores.softmax(-1).max(-1)
    bin_of = (confidence * bins).ceil().clamp(1, bins).long() - 1
    surplus = torch.zeros(bins, dtype=confidence.dtype).index_add(0, bin_of, (guess == y).to(confidence) - confidence)
    return float(surplus.abs().sum() / len(y))
