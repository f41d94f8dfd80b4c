"""The hinge loss of a linear support vector machine with several classes, summed over the rivals of the right class.

Weston & Watkins 1999, "Support vector machines for multi-class pattern recognition", whose sum CS231n teaches. Crammer &
Singer 2001, "On the algorithmic implementation of multiclass kernel-based vector machines", take only the worst rival.
Squared: Tang 2013, "Deep learning using linear support vector machines".
"""

from __future__ import annotations

import torch
from torch import Tensor


def violations(scores: Tensor, targets: Tensor, margin: float = 1.0) -> Tensor:
    """By how much each rival comes within the margin of the right class: (batch, classes), 0 for the class itself."""
    right = scores.gather(1, targets[:, None])
    short = (scores - right + margin).clamp(min=0)
    return short.masked_fill(torch.nn.functional.one_hot(targets, scores.shape[1]).bool(), 0)


def hinge(scores: Tensor, targets: Tensor, margin: float = 1.0, power: int = 1) -> Tensor:
    """The mean over samples of the sum over rivals; scores (batch, classes), targets (batch,). `power` 2 squares each term.

    torch.nn.functional.multi_margin_loss is the same, divided by the number of classes.
    """
    return violations(scores, targets, margin).pow(power).sum(1).mean()


def worst_hinge(scores: Tensor, targets: Tensor, margin: float = 1.0) -> Tensor:
    """The mean over samples of the worst rival's violation alone (Crammer & Singer)."""
    return violations(scores, targets, margin).amax(1).mean()
