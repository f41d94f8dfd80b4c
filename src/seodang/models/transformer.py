"""The Transformer: Vaswani et al. 2017, "Attention is all you need".

A sub-layer is wrapped in a residual connection and layer normalization: after it, as the paper (section 3.1), or before it
(`norm_first`), as nearly everything since (Xiong et al. 2020, "On layer normalization in the Transformer architecture").
An encoder layer has 12 d^2 + 13 d parameters when its inner layer is 4 d wide, a decoder layer 16 d^2 + 19 d.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from seodang.models.attention import Cache, MultiHeadAttention, causal

INPUT: dict[str, tuple[tuple[int, ...], ...]] = {"transformer_base": ((512,), (512,))}


class Residual(nn.Module):
    """x + f(x) with layer normalization before f or after the sum, and dropout of what f adds."""

    def __init__(self, width: int, *, norm_first: bool, dropout: float, eps: float) -> None:
        super().__init__()
        self.norm_first = norm_first
        self.norm = nn.LayerNorm(width, eps=eps)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, f: Callable[[Tensor], Tensor]) -> Tensor:
        if self.norm_first:
            added: Tensor = x + self.dropout(f(self.norm(x)))
        else:
            added = self.norm(x + self.dropout(f(x)))
        return added


class EncoderLayer(nn.Module):
    """Self-attention, then a perceptron of one hidden layer at every step by itself (4 * width unless said otherwise)."""

    def __init__(
        self,
        width: int,
        heads: int,
        inner: int | None = None,
        *,
        norm_first: bool = False,
        activation: Callable[[], nn.Module] = nn.ReLU,
        dropout: float = 0.0,
        eps: float = 1e-5,
    ) -> None:
        super().__init__()
        inner = inner or 4 * width
        self.attention = MultiHeadAttention(width, heads, dropout)
        self.perceptron = nn.Sequential(nn.Linear(width, inner), activation(), nn.Linear(inner, width))
        self.attended, self.thought = (Residual(width, norm_first=norm_first, dropout=dropout, eps=eps) for _ in range(2))

    def forward(self, x: Tensor, mask: Tensor | None = None, cache: Cache | None = None) -> Tensor:
        """(batch, time, width) to the same shape; the mask, True where a step may look, is (time, time)."""
        x = self.attended(x, lambda x: self.attention(x, x, mask, cache))
        out: Tensor = self.thought(x, self.perceptron)
        return out


class DecoderLayer(nn.Module):
    """Causal self-attention, attention over what the encoder read, and the perceptron."""

    def __init__(
        self, width: int, heads: int, inner: int | None = None, *, norm_first: bool = False, dropout: float = 0.0
    ) -> None:
        super().__init__()
        inner = inner or 4 * width
        self.attention, self.reading = (MultiHeadAttention(width, heads, dropout) for _ in range(2))
        self.perceptron = nn.Sequential(nn.Linear(width, inner), nn.ReLU(), nn.Linear(inner, width))
        self.attended, self.read, self.thought = (
            Residual(width, norm_first=norm_first, dropout=dropout, eps=1e-5) for _ in range(3)
        )

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:  # (batch, m, width), (batch, n, width) -> (batch, m, width)
        mask = causal(x.shape[1], x.shape[1], x.device)
        x = self.attended(x, lambda x: self.attention(x, x, mask))
        x = self.read(x, lambda x: self.reading(x, memory))
        out: Tensor = self.thought(x, self.perceptron)
        return out


def sinusoids(length: int, width: int) -> Tensor:
    """Positions (length, width): sines in even columns, cosines in odd, wavelengths from 2 pi to 20,000 pi (section 3.5)."""
    angles = torch.arange(length)[:, None] / 10_000 ** (torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :width]


class Transformer(nn.Module):
    """From a source to the scores of a target's next symbols; one matrix embeds both and is the last layer (section 3.4)."""

    def __init__(
        self,
        vocabulary: int,
        width: int = 512,
        heads: int = 8,
        layers: int = 6,
        *,
        longest: int = 512,
        norm_first: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embed.weight, std=width**-0.5)
        self.positions: Tensor
        self.register_buffer("positions", sinusoids(longest, width), persistent=False)
        self.dropout = nn.Dropout(dropout)
        self.encoder = nn.ModuleList(
            EncoderLayer(width, heads, norm_first=norm_first, dropout=dropout) for _ in range(layers)
        )
        self.decoder = nn.ModuleList(
            DecoderLayer(width, heads, norm_first=norm_first, dropout=dropout) for _ in range(layers)
        )

    def forward(self, source: Tensor, target: Tensor) -> Tensor:  # (batch, n), (batch, m) -> (batch, m, vocabulary)
        memory, x = self.placed(source), self.placed(target)
        for layer in self.encoder:
            memory = layer(memory)
        for layer in self.decoder:
            x = layer(x, memory)
        return x @ self.embed.weight.T

    def placed(self, symbols: Tensor) -> Tensor:
        """Embeddings, scaled to the size of the positions that are added to them: (batch, time, width)."""
        if symbols.shape[1] > len(self.positions):
            longest = len(self.positions)
            raise ValueError(f"symbols: {symbols.shape[1]} of them, but only {longest} positions were made (longest)")
        vectors = self.embed(symbols) * self.embed.embedding_dim**0.5 + self.positions[: symbols.shape[1]]
        placed: Tensor = self.dropout(vectors)
        return placed


def transformer_base(vocabulary: int = 37_000) -> Transformer:
    """The Transformer, base model (Vaswani et al. 2017, table 3).

    63 million parameters with 37,000 symbols; the paper, whose vocabulary is "about 37000", says 65 million.
    """
    return Transformer(vocabulary, width=512, heads=8, layers=6, dropout=0.1)
