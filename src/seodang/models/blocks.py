"""A multilayer perceptron whose hidden layers carry more than an activation: normalization, noise, dropout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Tensor, nn


def blocks(
    sizes: Sequence[int],
    after: Sequence[Callable[[], nn.Module]],
    weights: Callable[[Tensor], object] | None = None,
) -> nn.Sequential:
    """Linear layers of the given sizes, each but the last followed by a fresh set of the layers in `after`, in order.

    `weights` initializes each hidden weight matrix in place (its biases then start at 0); without it, as torch does.
    """
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes[:-1]):
        linear = nn.Linear(inputs, outputs)
        if weights:
            weights(linear.weight)
            nn.init.zeros_(linear.bias)
        layers += [linear, *(layer() for layer in after)]
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))
