"""The multilayer perceptron: linear layers with a non-linearity between them (Rumelhart, Hinton & Williams 1986)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Tensor, nn


def mlp(
    sizes: Sequence[int],
    activation: Callable[[], nn.Module] = nn.ReLU,
    weights: Callable[[Tensor], object] | None = None,
) -> nn.Sequential:
    """Linear layers of the given sizes, inputs first and outputs last, with an activation after each but the last.

    `weights` initializes each weight matrix in place (biases then start at 0); without it, as torch does by default.
    """
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), activation()]
    for layer in layers if weights else ():
        if isinstance(layer, nn.Linear) and weights:
            weights(layer.weight)
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers[:-1])
