"""How many parameters a layer has, from its sizes alone.

Source: the course notes of CS231n, "Convolutional Neural Networks" (convolutional layer, parameter sharing); for batch
normalization Ioffe & Szegedy 2015, algorithm 1. An activation, pooling or dropout has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def linear(inputs: int, outputs: int, *, bias: bool = True) -> int:
    """A fully connected layer: every output has a weight for every input, and a bias."""
    return outputs * (inputs + bias)


def conv2d(channels: int, filters: int, kernel: int, *, groups: int = 1, bias: bool = True) -> int:
    """A convolution: every filter covers kernel x kernel pixels of every channel of its group, wherever it stands."""
    return filters * (kernel * kernel * channels // groups + bias)


def unshared_conv2d(channels: int, filters: int, kernel: int, positions: int, *, bias: bool = True) -> int:
    """A locally connected layer: the same windows, but every position has filters of its own."""
    return positions * conv2d(channels, filters, kernel, bias=bias)


def batch_norm(channels: int) -> int:
    """A scale and a shift a channel; the running mean and variance are not trained and are not counted."""
    return 2 * channels


def layer_norm(features: int) -> int:
    """A scale and a shift a feature (Ba, Kiros & Hinton 2016)."""
    return 2 * features


def embedding(words: int, width: int) -> int:
    """A row a word; nothing is multiplied, a row is looked up."""
    return words * width


def linears(sizes: Sequence[int]) -> int:
    """Fully connected layers one after another, inputs first."""
    return sum(linear(inputs, outputs) for inputs, outputs in pairwise(sizes))


def convs2d(channels: Sequence[int], kernel: int) -> int:
    """Convolutions of one kernel size one after another, the image's channels first."""
    return sum(conv2d(inputs, outputs, kernel) for inputs, outputs in pairwise(channels))
