"""Activations and their derivatives, written out.

ReLU: Nair & Hinton 2010. Leaky: Maas, Hannun & Ng 2013. PReLU: He et al. 2015, equation 1. ELU: Clevert, Unterthiner &
Hochreiter 2016, section 3. GELU: Hendrycks & Gimpel 2016, section 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class Activation(NamedTuple):
    """An activation of each number by itself, and its derivative; at a kink the derivative is that from the left."""

    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]


def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + e^−x)."""
    return 1 / (1 + (-x).exp())


def tanh(x: Tensor) -> Tensor:
    """A sigmoid from −1 to 1: 2 σ(2x) − 1."""
    return 2 * sigmoid(2 * x) - 1


def leaky(a: float) -> Activation:
    """x above 0, a x below. PReLU is the same with a learned a, whose own derivative is min(0, x)."""
    return Activation(lambda x: torch.where(x > 0, x, a * x), lambda x: torch.where(x > 0, 1.0, a).to(x))


def elu(a: float = 1.0) -> Activation:
    """x above 0, a (e^x − 1) below."""
    return Activation(
        lambda x: torch.where(x > 0, x, a * x.clamp(max=0).expm1()),
        lambda x: torch.where(x > 0, 1.0, a * x.clamp(max=0).exp()),
    )


def _normal(x: Tensor) -> Tensor:
    return (1 + torch.erf(x / math.sqrt(2))) / 2


def _density(x: Tensor) -> Tensor:
    return (-x.square() / 2).exp() / math.sqrt(2 * math.pi)


def step(x: Tensor) -> Tensor:
    """1 above 0, otherwise 0."""
    return (x > 0).to(x)


ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))),
    "tanh": Activation(tanh, lambda x: 1 - tanh(x).square()),
    "relu": Activation(lambda x: x * step(x), step),
    "leaky_relu": leaky(0.01),
    "prelu": leaky(0.25),
    "elu": elu(),
    "gelu": Activation(lambda x: x * _normal(x), lambda x: _normal(x) + x * _density(x)),
    "step": Activation(step, torch.zeros_like),
}


def softmax(scores: Tensor) -> Tensor:
    """e^s over its sum, the last axis; the largest score is taken off beforehand so that nothing overflows."""
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    return powers / powers.sum(-1, keepdim=True)


def softmax_slope(scores: Tensor) -> Tensor:
    """(..., n, n) the derivatives of n probabilities by n scores: diag(p) − p pᵀ."""
    p = softmax(scores)
    return torch.diag_embed(p) - p[..., :, None] * p[..., None, :]
