"""Dated ratings with known factors: each is a mean, a user's and an item's bias, three tastes, and noise.

The model of Koren, Bell & Volinsky 2009, "Matrix factorization techniques for recommender systems", turned round to make
data, so that what a method finds can be compared with what is there. Items may drift in favour over the year, as in their
equation 11; whoever then learns from the future is caught by a split by date.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from seodang.data.split import DataError

MEAN = 3.5
BIAS = 0.4
"""Standard deviation of a user's and of an item's bias."""
TASTE = 0.33
"""Variance that the factors bring into a rating."""
DAYS = 365


class Ratings(NamedTuple):
    """Ratings to train and to test on, and the truth they were made with."""

    x_train: Tensor  # (ratings, 3): user, item and day, long
    y_train: Tensor  # (ratings,): real numbers around 3.5, not rounded
    x_test: Tensor
    y_test: Tensor
    user_bias: Tensor  # (users,)
    item_bias: Tensor  # (items,)
    user_factors: Tensor  # (users, factors)
    item_factors: Tensor  # (items, factors)
    item_drift: Tensor  # (items,): what a year adds to an item's bias


def ratings(
    generator: torch.Generator,
    users: int = 200,
    items: int = 150,
    factors: int = 3,
    observed: float = 0.15,
    noise: float = 0.3,
    drift: float = 0.0,
    by_date: bool = False,
) -> Ratings:
    """(ratings, 3) users, items and days; targets are real numbers around 3.5. A fifth is to test on.

    `observed` is the share of the pairs that are rated, `drift` the standard deviation of what a year adds to an item's
    bias. With `by_date` the last ratings are the test, otherwise random ones. DataError when nothing would be observed.
    """
    pairs = round(users * items * observed)
    if not 5 <= pairs <= users * items:
        raise DataError(
            f"ratings: observed={observed} of {users} x {items} pairs is {pairs} ratings; take 5 or more, to all"
        )
    user_bias, item_bias = (BIAS * torch.randn(n, generator=generator) for n in (users, items))
    scale = (TASTE / factors) ** 0.25 if factors else 0.0
    user_factors, item_factors = (scale * torch.randn(n, factors, generator=generator) for n in (users, items))
    item_drift = drift * torch.randn(items, generator=generator)
    which = torch.randperm(users * items, generator=generator)[:pairs]
    user, item = which // items, which % items
    day = torch.randint(DAYS, (pairs,), generator=generator)
    if by_date:
        early_first = day.argsort(stable=True)
        user, item, day = user[early_first], item[early_first], day[early_first]
    taste = (user_factors[user] * item_factors[item]).sum(1)
    y = MEAN + user_bias[user] + item_bias[item] + item_drift[item] * (day / DAYS - 0.5) + taste
    y = y + noise * torch.randn(pairs, generator=generator)
    x, train = torch.stack([user, item, day], dim=1), pairs - pairs // 5
    truth = (user_bias, item_bias, user_factors, item_factors, item_drift)
    return Ratings(x[:train], y[:train], x[train:], y[train:], *truth)


def say(x: Tensor, y: Tensor) -> str:
    """One rating in words."""
    return f"user {int(x[0])}, item {int(x[1])}, day {int(x[2])}: {float(y):.2f}"
