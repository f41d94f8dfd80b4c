"""The restricted Boltzmann machine, and learning it by contrastive divergence.

Smolensky 1986; Hinton 2002, "Training products of experts by minimizing contrastive divergence". Binary units on two sides,
no connections within a side (a Boltzmann machine may have any): E(v, h) = -b v - c h - h W v, and p(v, h) = exp(-E) / Z. The
units of a side are independent given the other, so Gibbs sampling draws a whole side at once; with the hidden units summed
out, p(v) = exp(-F(v)) / Z.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.likelihood import every


class RBM(nn.Module):
    """Called, it gives the hidden units' probabilities.

    Weights are drawn with the deviation `spread`: 0.01 by Hinton 2010, "A practical guide to training restricted Boltzmann
    machines", section 8.
    """

    def __init__(self, visible: int, hidden: int, spread: float = 0.01) -> None:
        super().__init__()
        self.weight = nn.Parameter(spread * torch.randn(hidden, visible))  # W
        self.visible_bias = nn.Parameter(torch.zeros(visible))  # b
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))  # c

    @property
    def draws(self) -> int:
        """How many random numbers a step of Gibbs sampling takes."""
        return len(self.hidden_bias) + len(self.visible_bias)

    def forward(self, v: Tensor) -> Tensor:  # (batch, visible) -> (batch, hidden)
        return F.linear(v, self.weight, self.hidden_bias).sigmoid()

    def down(self, h: Tensor) -> Tensor:
        """The visible units' probabilities (batch, visible), given the hidden (batch, hidden)."""
        return F.linear(h, self.weight.T, self.visible_bias).sigmoid()

    def energy(self, v: Tensor, h: Tensor) -> Tensor:
        """E(v, h), (batch,)."""
        return -(v @ self.visible_bias + h @ self.hidden_bias + (F.linear(v, self.weight) * h).sum(-1))

    def free_energy(self, v: Tensor) -> Tensor:
        """F(v) = -ln Σ_h exp(-E(v, h)), (batch,)."""
        return -(v @ self.visible_bias) - F.softplus(F.linear(v, self.weight, self.hidden_bias)).sum(-1)

    def log_partition(self) -> Tensor:
        """ln Z, a scalar, by enumeration of the smaller side: for at most some 20 units."""
        if len(self.hidden_bias) <= len(self.visible_bias):
            h = every(len(self.hidden_bias)).to(self.weight)
            logs = h @ self.hidden_bias + F.softplus(F.linear(h, self.weight.T, self.visible_bias)).sum(-1)
        else:
            logs = -self.free_energy(every(len(self.visible_bias)).to(self.weight))
        total: Tensor = logs.logsumexp(0)
        return total

    def log_probability(self, v: Tensor) -> Tensor:
        """ln p(v) in nats, (batch,), exactly."""
        log: Tensor = -self.free_energy(v) - self.log_partition()
        return log

    def gibbs(self, v: Tensor, uniforms: Tensor) -> Tensor:
        """One step from v (batch, visible): hidden units, then visible, by `uniforms` (batch, draws) from 0 to 1."""
        hidden = len(self.hidden_bias)
        h = (uniforms[..., :hidden] < self(v)).to(v)
        return (uniforms[..., hidden:] < self.down(h)).to(v)

    def objective(self, v: Tensor, uniforms: Tensor) -> Tensor:
        """A scalar whose gradient is that of contrastive divergence: data against a chain of k steps begun at the data.

        `uniforms` (batch, k * draws). Its value means nothing: it is no likelihood, and 0 where the chain stays put.
        """
        moved = v
        for step in uniforms.split(self.draws, dim=-1):  # type: ignore[no-untyped-call]
            moved = self.gibbs(moved, step)
        return (self.free_energy(v) - self.free_energy(moved)).mean()
