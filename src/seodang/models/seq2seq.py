"""From one sequence to another: an encoder, a decoder, and attention between them.

Sutskever, Vinyals & Le 2014, "Sequence to sequence learning with neural networks" (encoder and decoder); Bahdanau, Cho &
Bengio 2015, "Neural machine translation by jointly learning to align and translate" (attention, the encoder reading both
ways). The latter's maxout layer before the softmax (appendix A.2.2) is a plain linear one here.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seodang.models.attention import AdditiveAttention


class Seq2Seq(nn.Module):
    """GRUs with additive attention. Symbols are 0 to vocabulary - 1; one more begins every target."""

    def __init__(self, vocabulary: int, embedding: int, hidden: int) -> None:
        super().__init__()
        self.begin = vocabulary
        self.source, self.target = nn.Embedding(vocabulary, embedding), nn.Embedding(vocabulary + 1, embedding)
        self.encoder = nn.GRU(embedding, hidden, batch_first=True, bidirectional=True)
        self.start = nn.Linear(hidden, hidden)
        self.attention = AdditiveAttention(hidden, 2 * hidden, hidden)
        self.decoder = nn.GRUCell(embedding + 2 * hidden, hidden)
        self.head = nn.Linear(hidden + 2 * hidden + embedding, vocabulary)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Scores (batch, m, vocabulary) of targets (batch, m) of sources (batch, n), each step given the true one before."""
        keys, state = self.encode(source)
        before = torch.cat([torch.full_like(target[:, :1], self.begin), target[:, :-1]], dim=1)
        scores = []
        for symbol in before.unbind(dim=1):
            score, state, _ = self.step(symbol, state, keys)
            scores.append(score)
        return torch.stack(scores, dim=1)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """What both directions say of every step (batch, n, 2 hidden), and the decoder's first state (batch, hidden)."""
        keys, last = self.encoder(self.source(source))
        return keys, torch.tanh(self.start(last[1]))  # the backward direction's last state is at the first symbol

    def step(self, symbol: Tensor, state: Tensor, keys: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """After a symbol (batch,): the next one's scores, the new state, and where the decoder looked (batch, n)."""
        vector = self.target(symbol)
        context, weights = self.attention(state, keys)
        state = self.decoder(torch.cat([vector, context], dim=-1), state)
        return self.head(torch.cat([state, context, vector], dim=-1)), state, weights

    @torch.no_grad()
    def translate(self, source: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """Take the likeliest symbol at every step: symbols (batch, length) and attention (batch, length, n)."""
        keys, state = self.encode(source)
        symbol = torch.full_like(source[:, 0], self.begin)
        symbols, looks = [], []
        for _ in range(length):
            scores, state, weights = self.step(symbol, state, keys)
            symbol = scores.argmax(dim=-1)
            symbols.append(symbol)
            looks.append(weights)
        return torch.stack(symbols, dim=1), torch.stack(looks, dim=1)
