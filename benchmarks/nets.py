"""What a network is, in words that no library owns, so that PyTorch, JAX and scikit-learn build the same one.

`flops` counts the products and convolutions of one training step, 2 for a multiplication and its addition: the forward pass,
the gradient of the weights, and the gradient of the inputs wherever something below is trained (never of the data).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

FORWARD, FIRST, LATER = 1, 2, 3
"""How often a layer's product is done in a step: where nothing is trained, in a first layer, and in a later one."""


@dataclass(frozen=True)
class Dense:
    """A multilayer perceptron; it classifies, or reconstructs its input."""

    sizes: tuple[int, ...]
    activation: str = "relu"
    classifies: bool = True

    @property
    def inputs(self) -> tuple[int, ...]:
        """The shape of one sample."""
        return self.sizes[:1]

    @property
    def parameters(self) -> int:
        return sum(a * b + b for a, b in pairwise(self.sizes))

    def flops(self, batch: int) -> int:
        return 2 * batch * sum(part * done for part, done in zip(_products(self.sizes), _passes(self.sizes), strict=True))


@dataclass(frozen=True)
class Convolutional:
    """Two blocks of 3 x 3 convolution, batch normalization, ReLU and pooling by 2, and a linear read-out."""

    side: int
    channels: tuple[int, int] = (16, 32)
    classes: int = 10

    @property
    def inputs(self) -> tuple[int, ...]:
        return (1, self.side, self.side)

    @property
    def flat(self) -> int:
        """Numbers that the read-out is given."""
        return self.channels[-1] * (self.side // 4) ** 2

    @property
    def parameters(self) -> int:
        filters = sum(9 * a * b + 3 * b for a, b in pairwise((1, *self.channels)))  # weights, bias, scale and shift
        return filters + self.flat * self.classes + self.classes

    def flops(self, batch: int) -> int:
        one, two = self.channels
        first = self.side**2 * 9 * one * FIRST
        second = (self.side // 2) ** 2 * 9 * one * two * LATER
        return 2 * batch * (first + second + self.flat * self.classes * LATER)


@dataclass(frozen=True)
class Recurrent:
    """An LSTM read at its last step by a linear layer."""

    length: int = 64
    features: int = 2
    hidden: int = 64
    outputs: int = 1

    @property
    def inputs(self) -> tuple[int, ...]:
        return (self.length, self.features)

    @property
    def parameters(self) -> int:
        gates = 4 * self.hidden
        return gates * (self.features + self.hidden) + 2 * gates + (self.hidden + 1) * self.outputs

    def flops(self, batch: int) -> int:
        inputs = self.length * self.features * FIRST
        states = (self.length * LATER - 1) * self.hidden  # the first one is nought and needs no gradient
        return 2 * batch * (4 * self.hidden * (inputs + states) + self.hidden * self.outputs * LATER)


@dataclass(frozen=True)
class Adversarial:
    """A generator and a discriminator, both perceptrons, that take turns (Goodfellow et al. 2014)."""

    generator: tuple[int, ...] = (16, 64, 64)
    discriminator: tuple[int, ...] = (64, 64, 1)

    @property
    def inputs(self) -> tuple[int, ...]:
        return self.discriminator[:1]

    @property
    def parameters(self) -> int:
        return Dense(self.generator).parameters + Dense(self.discriminator).parameters

    def flops(self, batch: int) -> int:
        forged, judged = sum(_products(self.generator)), sum(_products(self.discriminator))
        judging = forged * FORWARD * batch + Dense(self.discriminator).flops(2 * batch) // 2  # real and generated samples
        forging = Dense(self.generator).flops(batch) // 2 + judged * (LATER - 1) * batch  # the judge's weights are frozen
        return 2 * (judging + forging)


Net = Dense | Convolutional | Recurrent | Adversarial


def _products(sizes: tuple[int, ...]) -> list[int]:
    return [a * b for a, b in pairwise(sizes)]


def _passes(sizes: tuple[int, ...]) -> Iterator[int]:
    return (LATER if layer else FIRST for layer in range(len(sizes) - 1))
