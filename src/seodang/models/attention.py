"""Attention: a mean of values, weighted by how well their keys fit a query.

Additive: Bahdanau, Cho & Bengio 2015, appendix A.1.2. Scaled dot-product in several heads: Vaswani et al. 2017, section 3.2.
A mask is True where a query may look; torch.nn.MultiheadAttention means the opposite.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

Cache = list[Tensor]
"""Keys and values of the steps read so far, each (batch, heads, time, width of a head); an empty list before the first."""


class AdditiveAttention(nn.Module):
    """e_j = v . tanh(W s + U h_j), and the softmax over j."""

    def __init__(self, query: int, keys: int, width: int) -> None:
        super().__init__()
        self.from_query = nn.Linear(query, width, bias=False)
        self.from_keys = nn.Linear(keys, width, bias=False)
        self.score = nn.Linear(width, 1, bias=False)

    def forward(self, query: Tensor, keys: Tensor) -> tuple[Tensor, Tensor]:
        """A query (batch, query) and keys (batch, time, keys), the values too: their mean, and its weights (batch, time)."""
        scores = self.score(torch.tanh(self.from_query(query)[:, None] + self.from_keys(keys)))[..., 0]
        weights = torch.softmax(scores, dim=-1)
        return (weights[:, None] @ keys)[:, 0], weights


def attend(query: Tensor, key: Tensor, mask: Tensor | None = None) -> Tensor:
    """softmax(Q K^T / sqrt(d)): of queries (…, m, d) and keys (…, n, d) the weights (…, m, n), 0 where the mask is False."""
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return torch.softmax(scores, dim=-1)


def causal(queries: int, keys: int, device: torch.device | None = None) -> Tensor:
    """The mask (queries, keys) under which each of the last `queries` of `keys` steps sees itself and those before it."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)


class MultiHeadAttention(nn.Module):
    """Attention in several heads of width / heads numbers each, over a sequence's own steps or those of another."""

    def __init__(self, width: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"heads={heads}: must divide the width, {width}")
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None = None, cache: Cache | None = None) -> Tensor:
        """Queries of x (batch, m, width), keys and values of memory (batch, n, width): (batch, m, width).

        With a cache, memory holds the new steps only: theirs are put behind the keys and values kept from earlier calls.
        """
        key, value = self.split(self.key(memory)), self.split(self.value(memory))
        if cache is not None:
            key, value = (torch.cat(both, dim=2) for both in zip(cache or (key[:, :, :0],) * 2, (key, value), strict=True))
            cache[:] = [key, value]
        weights = attend(self.split(self.query(x)), key, mask)
        mixed = self.dropout(weights) @ value  # (batch, heads, m, width / heads)
        out: Tensor = self.out(mixed.transpose(1, 2).flatten(2))
        return out

    def weights(self, x: Tensor, memory: Tensor, mask: Tensor | None = None) -> Tensor:
        """What each head looks at: (batch, heads, m, n)."""
        return attend(self.split(self.query(x)), self.split(self.key(memory)), mask)

    def split(self, x: Tensor) -> Tensor:  # (batch, time, width) -> (batch, heads, time, width / heads)
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)
