"""Covariate shift made on purpose: what Santurkar et al. 2018, section 2.2, put behind batch normalization."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Shake(nn.Module):
    """In training, moves each unit's whole distribution up or down by `size`, by a coin thrown anew at every step.

    Their noise also differs between the samples of a batch and in its variance; this is the shift of the mean alone.
    """

    def __init__(self, size: float) -> None:
        super().__init__()
        self.size = size
        # Dropout makes a 1 a 0 or a 2, and draws from the replica's own generator; in evaluation mode it leaves the 1.
        self.coin = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:  # (batch, width)
        shift: Tensor = self.size * (self.coin(torch.ones_like(x[:1])) - 1)  # (1, width)
        return x + shift
