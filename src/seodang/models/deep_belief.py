"""Pre-training a deep network layer by layer, without labels.

Hinton, Osindero & Teh 2006, "A fast learning algorithm for deep belief nets": restricted Boltzmann machines, each trained on
the hidden units of the one below. Vincent, Larochelle, Bengio & Manzagol 2008, "Extracting and composing robust features
with denoising autoencoders": the same with autoencoders that repair what was blotted out. Networks of ReLU with labels
enough need neither (Glorot, Bordes & Bengio 2011); a deep network of sigmoids still shows what they were for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.rbm import RBM


class DenoisingLayer(nn.Module):
    """A denoising autoencoder (dA) whose decoder is its encoder transposed. Called, it gives the hidden units."""

    def __init__(self, visible: int, hidden: int, blotted: float = 0.25) -> None:
        super().__init__()
        self.blotted = blotted
        bound = visible**-0.5  # as torch draws a layer's weights
        self.weight = nn.Parameter(torch.empty(hidden, visible).uniform_(-bound, bound))
        self.visible_bias = nn.Parameter(torch.zeros(visible))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))

    @property
    def draws(self) -> int:
        """How many random numbers blotting a sample takes."""
        return len(self.visible_bias)

    def forward(self, x: Tensor) -> Tensor:  # (batch, visible) -> (batch, hidden)
        return F.linear(x, self.weight, self.hidden_bias).sigmoid()

    def objective(self, x: Tensor, uniforms: Tensor) -> Tensor:
        """The mean cross-entropy of x (batch, visible), in [0, 1], repaired from x with a share of its pixels set to 0."""
        scores = F.linear(self(x * (uniforms >= self.blotted)), self.weight.T, self.visible_bias)
        return F.binary_cross_entropy_with_logits(scores, x, reduction="none").sum(-1).mean()


Layer = RBM | DenoisingLayer


def belief_network(sizes: Sequence[int]) -> list[Layer]:
    """The machines of a deep belief network, untrained: of 64, 32, 16 units, one of 64 and 32 and one of 32 and 16."""
    return [RBM(*pair, spread=0.1) for pair in pairwise(sizes)]


def denoising_network(sizes: Sequence[int]) -> list[Layer]:
    """The denoising autoencoders of a network, untrained."""
    return [DenoisingLayer(*pair) for pair in pairwise(sizes)]


def pretrain(
    layers: Sequence[Layer], x: Tensor, generator: torch.Generator, steps: int = 400, batch: int = 32, lr: float = 0.05
) -> None:
    """Train layer after layer on x (samples, visible), in [0, 1]: each on what those below it make of x, which then stay.

    What is to be shown first has the data's log-odds for its bias (Hinton 2010, "A practical guide to training restricted
    Boltzmann machines", section 8.1).
    """
    for layer in layers:
        with torch.no_grad():
            layer.visible_bias.copy_(x.mean(0).logit(eps=0.02))
        optimizer = torch.optim.SGD(layer.parameters(), lr=lr, momentum=0.9)
        for _ in range(steps):
            chosen = x[torch.randint(len(x), (batch,), generator=generator)]
            optimizer.zero_grad()
            objective = layer.objective(chosen, torch.rand(batch, layer.draws, generator=generator))
            objective.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        with torch.no_grad():
            x = layer(x)


def perceptron(layers: Sequence[Layer], classes: int) -> nn.Sequential:
    """An ordinary network of sigmoids that begins with these layers' weights, and a head that is drawn as torch does."""
    made: list[nn.Module] = []
    for layer in layers:
        linear = nn.Linear(layer.weight.shape[1], layer.weight.shape[0])
        with torch.no_grad():
            linear.weight.copy_(layer.weight)
            linear.bias.copy_(layer.hidden_bias)
        made += [linear, nn.Sigmoid()]
    return nn.Sequential(*made, nn.Linear(layers[-1].weight.shape[0], classes))
