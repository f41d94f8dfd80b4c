"""Distributions of binary vectors as tables, and how many numbers each table takes.

Koller & Friedman 2009, "Probabilistic graphical models", chapters 2 and 3. Of n binary variables the chain rule alone needs
2^n - 1 numbers, a Markov chain 2 n - 1, independence n. Maximum likelihood needs no descent: it is counting.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Categorical(nn.Module):
    """One symbol of m: m - 1 numbers, as the score of the last is 0. With m = 2 it is the Bernoulli distribution."""

    def __init__(self, symbols: int) -> None:
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(symbols - 1))

    def forward(self, x: Tensor) -> Tensor:  # (batch,) symbols as numbers -> (batch,) ln p
        scores = torch.cat([self.scores, self.scores.new_zeros(1)])
        return scores.log_softmax(0)[x]

    @torch.no_grad()
    def fit(self, x: Tensor, prior: float = 0.0) -> None:
        """Count the symbols, each `prior` times more often than it occurs."""
        counts = torch.bincount(x, minlength=len(self.scores) + 1).to(self.scores.dtype)
        logs = (counts + prior).log()
        self.scores.copy_(logs[:-1] - logs[-1])


class Table(nn.Module):
    """A logit for every case that a pixel can be in; `cases` says which one it is, from the pixels before."""

    def __init__(self, cases: int) -> None:
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(cases))

    def forward(self, x: Tensor) -> Tensor:  # (batch, n) pixels, 0 or 1 -> (batch, n) scores
        return self.scores[self.cases(x)]

    def cases(self, x: Tensor) -> Tensor:
        """(batch, n) pixels to (batch, n) places in the table, long."""
        raise NotImplementedError

    @torch.no_grad()
    def fit(self, x: Tensor, prior: float = 0.0) -> None:
        """Count how often a pixel is 1 in each case; `prior` is added to either count, and keeps a case unseen at 1/2."""
        cases, size = self.cases(x).flatten(), len(self.scores)
        ones = torch.bincount(cases, x.flatten().to(self.scores.dtype), minlength=size)
        zeros = torch.bincount(cases, minlength=size) - ones
        self.scores.copy_(torch.log((ones + prior) / (zeros + prior)))


class Independent(Table):
    """Every pixel by itself: n numbers."""

    def __init__(self, n: int) -> None:
        super().__init__(n)

    def cases(self, x: Tensor) -> Tensor:
        return torch.arange(x.shape[-1]).expand(x.shape)


class Markov(Table):
    """Every pixel given the one before it: 1 + 2 (n - 1) numbers."""

    def __init__(self, n: int) -> None:
        super().__init__(2 * n - 1)

    def cases(self, x: Tensor) -> Tensor:
        before = torch.cat([x.new_zeros(*x.shape[:-1], 1), x[..., :-1]], dim=-1).long()
        return (2 * torch.arange(x.shape[-1]) - 1).clamp(min=0) + before


class ChainRule(Table):
    """Every pixel given all before it, without any assumption: 1 + 2 + 4 + … = 2^n - 1 numbers."""

    def __init__(self, n: int) -> None:
        if n > 24:
            raise ValueError(f"n={n}: the table has 2^n - 1 numbers; at most 24 variables fit")
        super().__init__(2**n - 1)

    def cases(self, x: Tensor) -> Tensor:
        node = torch.zeros_like(x[..., 0]).long()
        nodes = []
        for pixel in x.long().unbind(-1):
            nodes.append(node)
            node = 2 * node + 1 + pixel  # the table is a tree in the order of a heap
        return torch.stack(nodes, dim=-1)
