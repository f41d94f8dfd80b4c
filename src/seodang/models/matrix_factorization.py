"""A rating as a mean, a user's and an item's bias, and the product of their factors; fitted by SGD or by alternating solves.

Koren, Bell & Volinsky 2009, "Matrix factorization techniques for recommender systems", equations 4 and 5. What was only
bought or watched, and not rated: Hu, Koren & Volinsky 2008, "Collaborative filtering for implicit feedback datasets".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MatrixFactorization(nn.Module):
    """Users and items in the columns 0 and 1 of x (batch, 2 or more) to ratings (batch,). With 0 factors, biases alone."""

    mean: Tensor

    def __init__(self, users: int, items: int, factors: int, mean: float = 0.0, spread: float = 0.1) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean))
        self.user_bias = nn.Parameter(torch.zeros(users))
        self.item_bias = nn.Parameter(torch.zeros(items))
        self.user_factors = nn.Parameter(spread * torch.randn(users, factors))
        self.item_factors = nn.Parameter(spread * torch.randn(items, factors))

    def forward(self, x: Tensor) -> Tensor:
        user, item = x[:, 0], x[:, 1]
        product = (self.user_factors[user] * self.item_factors[item]).sum(1)
        return self.mean + self.user_bias[user] + self.item_bias[item] + product

    def objective(self, x: Tensor, y: Tensor, penalty: float) -> Tensor:
        """The sum of squared errors and of `penalty` times each squared parameter: what alternating solves lower."""
        error: Tensor = (self(x) - y).square().sum()
        return error + penalty * sum(parameter.square().sum() for parameter in self.parameters())

    @torch.no_grad()
    def alternate(self, x: Tensor, y: Tensor, penalty: float) -> None:
        """Solve all users' biases and factors with the items' held fixed, then the items' with the users'."""
        user, item, rest = x[:, 0], x[:, 1], y - self.mean
        sides = (
            (user, item, self.user_bias, self.user_factors, self.item_bias, self.item_factors),
            (item, user, self.item_bias, self.item_factors, self.user_bias, self.user_factors),
        )
        for mine, other, bias, factors, other_bias, other_factors in sides:
            features = torch.cat([torch.ones_like(rest)[:, None], other_factors[other]], dim=1)  # (ratings, 1 + factors)
            solved = solve_each(mine, features, rest - other_bias[other], len(bias), penalty)
            bias.copy_(solved[:, 0])
            factors.copy_(solved[:, 1:])


def solve_each(owner: Tensor, features: Tensor, targets: Tensor, owners: int, penalty: float) -> Tensor:
    """(owners, features): the ridge regression of each owner's rows, all in one batch of small systems."""
    size = features.shape[1]
    products = (features[:, :, None] * features[:, None, :]).flatten(1)
    left = features.new_zeros(owners, size * size).index_add(0, owner, products).view(owners, size, size)
    right = features.new_zeros(owners, size).index_add(0, owner, targets[:, None] * features)
    solved: Tensor = torch.linalg.solve(left + penalty * torch.eye(size, dtype=features.dtype), right)
    return solved


class ImplicitFactorization:
    """Factors of a matrix of 1 where something was bought, held true by 1 + `weight` times how often, and of 0 by 1."""

    def __init__(self, counts: Tensor, factors: int, generator: torch.Generator, weight: float = 40.0) -> None:
        self.confidence = 1 + weight * counts  # (users, items)
        self.preference = (counts > 0).to(counts.dtype)
        users, items = counts.shape
        self.users = 0.1 * torch.randn(users, factors, generator=generator, dtype=counts.dtype)
        self.items = 0.1 * torch.randn(items, factors, generator=generator, dtype=counts.dtype)

    def scores(self) -> Tensor:
        """(users, items): the larger, the sooner to be recommended."""
        return self.users @ self.items.T

    def objective(self, penalty: float) -> Tensor:
        """Equation 3 of Hu, Koren & Volinsky: over all pairs, those of which nothing is known too."""
        error = (self.confidence * (self.preference - self.scores()).square()).sum()
        return error + penalty * (self.users.square().sum() + self.items.square().sum())

    def alternate(self, penalty: float) -> None:
        """Equations 4 and 5: YᵀCY = YᵀY + Yᵀ(C - 1)Y, whose second term has few rows; here all at once."""
        self.users = _weighted(self.confidence, self.preference, self.items, penalty)
        self.items = _weighted(self.confidence.T, self.preference.T, self.users, penalty)


def _weighted(confidence: Tensor, preference: Tensor, other: Tensor, penalty: float) -> Tensor:
    left = other.T @ other + torch.einsum("un,nf,ng->ufg", confidence - 1, other, other)
    right = (confidence * preference) @ other
    solved: Tensor = torch.linalg.solve(left + penalty * torch.eye(other.shape[1], dtype=other.dtype), right)
    return solved
