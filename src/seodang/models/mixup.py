"""Mixup: training on blends of two samples and of their labels.

Zhang, Cisse, Dauphin & Lopez-Paz 2018, "mixup: beyond empirical risk minimization", section 2, with Beta(1, 1) for the
share, one of its own for each pair. Label smoothing is another thing (`label_smoothing.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor


def blended(values: Tensor, share: Tensor) -> Tensor:
    """Each sample (batch, ...) mixed with the one before it; `share` (batch,) is how much of its own it keeps.

    A batch that was shuffled has random neighbours, so these are random pairs.
    """
    own = share.reshape(-1, *[1] * (values.dim() - 1))
    return own * values + (1 - own) * values.roll(1, 0)


def mixup_loss(model: Callable[[Tensor], Tensor], x: Tensor, y: Tensor, share: Tensor) -> Tensor:
    """The cross-entropy of blended inputs (batch, ...) against blended classes (batch,).

    The cross-entropy is linear in the target, so it is share × loss of one class + (1 − share) × loss of the other.
    """
    scores = model(blended(x, share))  # (batch, classes)
    own, other = (F.cross_entropy(scores, target, reduction="none") for target in (y, y.roll(1, 0)))
    return (share * own + (1 - share) * other).mean()


def shares(samples: int, generator: torch.Generator) -> Tensor:
    """(samples,) drawn from Beta(1, 1), which is uniform."""
    return torch.rand(samples, generator=generator)
