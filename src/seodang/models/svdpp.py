"""SVD++: a user is the sum of own factors and of a vector for every item rated, whatever the rating was.

Koren 2008, "Factorization meets the neighborhood: a multifaceted collaborative filtering model", equation 15. That somebody
rated an item at all is known of many pairs, and says something where people choose what they rate.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class SVDPlusPlus(nn.Module):
    """Users and items in the columns 0 and 1 of x (batch, 2 or more) to ratings (batch,)."""

    mean: Tensor
    seen: Tensor  # (users, items) 1 / sqrt(rated by the user) where the user rated the item, 0 elsewhere

    def __init__(self, seen: Tensor, factors: int, mean: float = 0.0, spread: float = 0.1) -> None:
        """`seen` (users, items) is true where a training rating is."""
        super().__init__()
        users, items = seen.shape
        self.register_buffer("mean", torch.tensor(mean))
        self.register_buffer("seen", seen.float() / seen.sum(1, keepdim=True).clamp(min=1).sqrt())
        self.user_bias = nn.Parameter(torch.zeros(users))
        self.item_bias = nn.Parameter(torch.zeros(items))
        self.user_factors = nn.Parameter(spread * torch.randn(users, factors))
        self.item_factors = nn.Parameter(spread * torch.randn(items, factors))
        self.choice_factors = nn.Parameter(spread * torch.randn(items, factors))

    def forward(self, x: Tensor) -> Tensor:
        user, item = x[:, 0], x[:, 1]
        taste = self.user_factors + self.seen @ self.choice_factors  # (users, factors)
        product = (taste[user] * self.item_factors[item]).sum(1)
        return self.mean + self.user_bias[user] + self.item_bias[item] + product


def seen_pairs(x: Tensor, users: int, items: int) -> Tensor:
    """(users, items), true where a rating in x (ratings, 2 or more) is."""
    seen = torch.zeros(users, items, dtype=torch.bool)
    seen[x[:, 0], x[:, 1]] = True
    return seen
