"""Local response normalization: a unit is divided by the activity of its neighbours among the maps.

Krizhevsky, Sutskever & Hinton 2012, "ImageNet classification with deep convolutional neural networks", section 3.3.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class LocalResponseNorm(nn.Module):
    """b_i = a_i / (k + alpha * sum of a_j² over `size` adjacent maps j around i) ^ beta; the paper's constants.

    torch.nn.LocalResponseNorm divides alpha by the size, so its alpha is `size` times this one.
    """

    def __init__(self, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x: Tensor) -> Tensor:  # (batch, maps, height, width)
        before = self.size // 2
        padded = F.pad(x.square(), (0, 0, 0, 0, before, self.size - 1 - before))
        activity = sum(padded[:, shift : shift + x.shape[1]] for shift in range(self.size))
        return x / (self.k + self.alpha * activity) ** self.beta

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
