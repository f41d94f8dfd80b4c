"""RNADE: NADE for real numbers. Each conditional is a mixture of Gaussians.

Uria, Murray & Larochelle 2013, "RNADE: The real-valued neural autoregressive density-estimator", section 3: weights, means
and deviations of variable d are read from h_d = ReLU(rho_d a_d), where a_d = c + W_(<d) x_(<d), as in NADE.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from seodang.models.nade import before

Mixtures = tuple[Tensor, Tensor, Tensor]
"""Logarithms of the weights, means, logarithms of the deviations, each (batch, n, components)."""


class RNADE(nn.Module):
    """The mixture of every variable, given those before it."""

    def __init__(self, n: int, hidden: int, components: int) -> None:
        super().__init__()
        self.seen = nn.Parameter(torch.randn(n, hidden) * n**-0.5)  # W
        self.hidden_bias = nn.Parameter(torch.randn(hidden) * 0.5)  # c; drawn, as ReLU is flat at 0
        self.scale = nn.Parameter(torch.ones(n, 1))  # rho
        self.shown = nn.Parameter(torch.randn(n, hidden, 3 * components) * 0.1 * hidden**-0.5)  # V of all three
        self.bias = nn.Parameter(torch.zeros(n, 3 * components))
        with torch.no_grad():  # components that begin alike would stay alike
            self.bias[:, components : 2 * components] = torch.linspace(-1, 1, components + 2)[1:-1]

    def forward(self, x: Tensor) -> Mixtures:  # (batch, n)
        h = torch.relu(self.scale * (before(x, self.seen) + self.hidden_bias))
        weights, means, deviations = (torch.einsum("bnh,nhk->bnk", h, self.shown) + self.bias).chunk(3, dim=-1)
        return weights.log_softmax(-1), means, deviations


def log_density(mixtures: Mixtures, x: Tensor) -> Tensor:
    """ln p(x) in nats, (batch,), of x (batch, n)."""
    weights, means, deviations = mixtures
    apart = (x[..., None] - means) * (-deviations).exp()
    each = weights - deviations - apart.square() / 2 - math.log(2 * math.pi) / 2
    return each.logsumexp(-1).sum(-1)
