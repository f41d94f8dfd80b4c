"""NADE: the chain rule with one hidden layer that all conditionals share.

Larochelle & Murray 2011, "The neural autoregressive distribution estimator", equations 9 to 11: pixel i sees only the pixels
before it, through h_i = sigmoid(c + W_(<i) x_(<i)), and p(x_i = 1 | x_(<i)) = sigmoid(b_i + V_i h_i). The sum inside is
carried on from pixel to pixel, so that all n conditionals cost O(n H) and not O(n² H). 2 n H + n + H parameters.
On binarized MNIST 88.33 nats a test image are published for it (Uria et al. 2016, "Neural autoregressive distribution
estimation"; 500 hidden units).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class NADE(nn.Module):
    """The score of every pixel, given those before it."""

    def __init__(self, n: int, hidden: int) -> None:
        super().__init__()
        self.seen = nn.Parameter(torch.randn(n, hidden) * n**-0.5)  # W
        self.shown = nn.Parameter(torch.randn(n, hidden) * hidden**-0.5)  # V
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))  # c
        self.bias = nn.Parameter(torch.zeros(n))  # b

    def forward(self, x: Tensor) -> Tensor:  # (batch, n) -> (batch, n)
        sums = before(x, self.seen) + self.hidden_bias
        return (sums.sigmoid() * self.shown).sum(-1) + self.bias


def before(x: Tensor, weight: Tensor) -> Tensor:
    """For every pixel, the sum over those before it of pixel times row: (batch, n), (n, hidden) -> (batch, n, hidden)."""
    own = x[:, :-1, None] * weight[:-1]
    return torch.cat([torch.zeros_like(x[:, :1, None] * weight[:1]), own.cumsum(1)], dim=1)
