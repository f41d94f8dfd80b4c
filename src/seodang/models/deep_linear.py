"""The deep linear network: many layers without a non-linearity, which compute no more than one.

Saxe, McClelland & Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


def deep_linear(sizes: Sequence[int]) -> nn.Sequential:
    """Linear layers of the given sizes, inputs first, and nothing between them."""
    return nn.Sequential(*(nn.Linear(inputs, outputs) for inputs, outputs in pairwise(sizes)))


def collapsed(net: nn.Sequential) -> nn.Linear:
    """The one linear layer that computes the same: W = W_n ... W_1, b = W_n (... (W_2 b_1 + b_2) ...) + b_n."""
    first, *rest = [layer for layer in net if isinstance(layer, nn.Linear)]
    weight: Tensor = first.weight
    bias: Tensor = first.bias
    for layer in rest:
        weight, bias = layer.weight @ weight, layer.weight @ bias + layer.bias
    one = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        one.weight.copy_(weight)
        one.bias.copy_(bias)
    return one
