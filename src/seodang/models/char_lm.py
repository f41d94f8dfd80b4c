"""A language model that reads and writes one character at a time.

Sutskever, Martens & Hinton 2011, "Generating text with recurrent neural networks", with an LSTM in place of their
multiplicative network, as Graves 2013, "Generating sequences with recurrent neural networks", section 3.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seodang.models.sampling import draw_next


class CharLM(nn.Module):
    """The scores of the next character after every character of a text."""

    def __init__(self, vocabulary: int, embedding: int, hidden: int, layers: int = 1) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, embedding)
        self.layers = nn.LSTM(embedding, hidden, layers, batch_first=True)
        self.head = nn.Linear(hidden, vocabulary)

    def forward(self, characters: Tensor) -> Tensor:  # (batch, time) -> (batch, time, vocabulary)
        scores: Tensor = self.head(self.layers(self.embed(characters))[0])
        return scores

    @torch.no_grad()
    def write(self, start: Tensor, length: int, generator: torch.Generator, temperature: float = 1.0) -> Tensor:
        """`length` further characters of each text of start (batch, time), which has at least one: (batch, length).

        The state is carried on, so that each character is one step.
        """
        text = characters = start
        state = None
        for _ in range(length):
            outputs, state = self.layers(self.embed(characters), state)
            characters = draw_next(self.head(outputs[:, -1]), generator, temperature)[:, None]
            text = torch.cat([text, characters], dim=1)
        return text[:, start.shape[1] :]
