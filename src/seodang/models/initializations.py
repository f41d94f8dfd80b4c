"""Initializations of a weight matrix (outputs, inputs), in place, each of the variance its paper derives.

LeCun, Bottou, Orr & Müller 1998, "Efficient backprop", section 4.6. Glorot & Bengio 2010, equation 16. He et al. 2015,
equation 10. Saxe, McClelland & Ganguli 2014 (orthogonal).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def lecun(weight: Tensor) -> Tensor:
    """Variance 1 / inputs: keeps the size of a signal through linear units."""
    return _normal(weight, 1 / weight.shape[1])


def xavier(weight: Tensor) -> Tensor:
    """Variance 2 / (inputs + outputs), uniform: a compromise between the signal forward and the gradient backward."""
    reach = math.sqrt(6 / (weight.shape[0] + weight.shape[1]))  # a uniform number on [-a, a] has variance a² / 3
    with torch.no_grad():
        return weight.uniform_(-reach, reach)


def he(weight: Tensor, factor: float = 1.0) -> Tensor:
    """Variance 2 / inputs, for ReLU lets half of the signal through; its standard deviation times a factor."""
    return _normal(weight, factor**2 * 2 / weight.shape[1])


def orthogonal(weight: Tensor) -> Tensor:
    """Rows, or columns where they are fewer, of length 1 and at right angles: no direction of the signal fades at all."""
    rows, columns = weight.shape
    q, r = torch.linalg.qr(torch.randn(max(rows, columns), min(rows, columns), dtype=weight.dtype))
    q = q * r.diagonal().sign()  # without it some orthogonal matrices would be likelier than others
    with torch.no_grad():
        return weight.copy_(q if rows >= columns else q.T)


def constant(weight: Tensor, value: float) -> Tensor:
    """All the same, so that all units of a layer get the same gradient and stay the same."""
    with torch.no_grad():
        return weight.fill_(value)


def _normal(weight: Tensor, variance: float) -> Tensor:
    with torch.no_grad():
        return weight.normal_(std=math.sqrt(variance))
