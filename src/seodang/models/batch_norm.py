"""Batch normalization: Ioffe & Szegedy 2015, algorithms 1 and 2, and section 3.1 for inference."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class BatchNorm(nn.Module):
    """Each feature (batch, features) minus its mean over its standard deviation, then times `weight` plus `bias`.

    In training mean and variance are the batch's, and running means of them are kept, of the variance with n / (n − 1); in
    evaluation the running ones are used. ValueError for a batch of one in training: it has no variance.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, features: int, momentum: float = 0.1, eps: float = 1e-5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.momentum, self.eps = momentum, eps

    def forward(self, x: Tensor) -> Tensor:  # (batch, features)
        if not self.training:
            return self._scaled(x, self.running_mean, self.running_var)
        if len(x) < 2:
            raise ValueError("x: a batch of 1 has no variance; batch normalization trains on 2 samples or more")
        mean, variance = x.mean(0), x.var(0, correction=0)
        with torch.no_grad():  # what is kept for later carries no gradient
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * len(x) / (len(x) - 1), self.momentum)
        return self._scaled(x, mean, variance)

    def _scaled(self, x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias


def folded(linear: nn.Linear, norm: BatchNorm | nn.BatchNorm1d) -> nn.Linear:
    """The one linear layer that computes what a linear layer and its normalization do in evaluation, in their precision."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()  # (features,)
    one = nn.Linear(linear.in_features, linear.out_features, device=linear.weight.device, dtype=linear.weight.dtype)
    with torch.no_grad():
        one.weight.copy_(scale[:, None] * linear.weight)
        one.bias.copy_(scale * (linear.bias - norm.running_mean) + norm.bias)
    return one
