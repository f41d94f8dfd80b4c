"""What models of binary vectors share: log-probabilities, drawing one pixel after another, and every vector there is.

By the chain rule p(x) = Π p(x_i | x_1 … x_(i-1)). So any module whose score of pixel i no pixel from i on can move is a
distribution, if the score is taken for the logit of x_i = 1: its probabilities sum to 1 without a constant to work out.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def log_probability(scores: Tensor, x: Tensor) -> Tensor:
    """ln p(x) in nats, (batch,), from the scores of the pixels and the pixels, 0 or 1, each (batch, n)."""
    return -F.binary_cross_entropy_with_logits(scores, x, reduction="none").sum(-1)


def nats(scores: Tensor, x: Tensor) -> Tensor:
    """The mean negative log-likelihood of a batch, a scalar: what training lowers."""
    return -log_probability(scores, x).mean()


def every(n: int) -> Tensor:
    """(2^n, n) all binary vectors, in the order of counting: the first pixel is the highest digit."""
    return (torch.arange(2**n)[:, None] >> torch.arange(n).flip(0) & 1).float()


@torch.no_grad()
def sample(model: nn.Module, count: int, n: int, generator: torch.Generator) -> Tensor:
    """(count, n) vectors drawn pixel by pixel: n passes, where a score takes one."""
    x = torch.zeros(count, n)
    for i in range(n):
        x[:, i] = (torch.rand(count, generator=generator) < model(x)[:, i].sigmoid()).float()
    return x
