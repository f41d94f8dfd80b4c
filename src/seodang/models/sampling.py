"""Drawing the next symbol from a language model's scores."""

from __future__ import annotations

import torch
from torch import Tensor


def draw_next(scores: Tensor, generator: torch.Generator, temperature: float = 1.0) -> Tensor:
    """Of scores (batch, vocabulary) one symbol each (batch,), from softmax(scores / temperature).

    A temperature of 1 draws from the model's own distribution, a lower one from a sharper, and 0 takes the largest score.
    """
    if temperature < 0:
        raise ValueError(f"temperature={temperature}: must be at least 0, which takes the largest score")
    if temperature == 0:
        return scores.argmax(dim=-1)
    return torch.multinomial(torch.softmax(scores / temperature, dim=-1), 1, generator=generator)[:, 0]
