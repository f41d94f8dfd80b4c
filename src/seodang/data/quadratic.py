"""A true quadratic: linear regression from pixels to classes, scaled so that its largest curvature is 1."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from seodang.data.split import Split

IMAGES = 1_000
"""How many training images it has; a batch of all of them makes every step one of plain gradient descent."""


def of_curvature_one(draw: Callable[[torch.Generator], Split], generator: torch.Generator) -> Split:
    """1,000 images, scaled so that 1 is the largest curvature of `squared` on them: an eigenvalue of 2 XᵀX / n."""
    split = draw(generator).first(IMAGES)
    scale = torch.linalg.eigvalsh(2 * split.x_train.T @ split.x_train / len(split.x_train))[-1].sqrt()
    return split._replace(x_train=split.x_train / scale, x_test=split.x_test / scale)


def squared(output: Tensor, target: Tensor) -> Tensor:
    """The squared distance from the scores (batch, classes) to 1 for the right class and 0 for the others."""
    return (output - torch.eye(output.shape[-1], device=output.device)[target]).square().sum(-1).mean()
