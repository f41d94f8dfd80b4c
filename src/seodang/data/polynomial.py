"""A random polynomial with noise on its training heights: what is fitted too simply, rightly and too closely.

Its coefficients on Legendre's polynomials are standard normal, so that no power swamps the others on [-1, 1].
"""

from __future__ import annotations

import torch
from torch import Tensor

from seodang.data.split import Split


def polynomial(generator: torch.Generator, degree: int = 3, train: int = 20, test: int = 500, noise: float = 0.3) -> Split:
    """(train, 1) and (test, 1) points, uniform on [-1, 1], and the curve's heights in the same shapes.

    Every seed draws another curve. `noise` is the standard deviation of what is added to the training heights; the test
    heights are the curve's own.
    """
    coefficients = torch.randn(degree + 1, generator=generator)
    x = 2 * torch.rand(train + test, 1, generator=generator) - 1
    y = (legendre(x[:, 0], degree) @ coefficients)[:, None]
    noisy = y[:train] + noise * torch.randn(train, 1, generator=generator)
    return Split(x[:train], noisy, x[train:], y[train:])


def legendre(x: Tensor, degree: int) -> Tensor:
    """(n, degree+1) Legendre's polynomials at x (n,), by (k+1) P[k+1] = (2k+1) x P[k] - k P[k-1]."""
    columns = [torch.ones_like(x), x]
    for k in range(1, degree):
        columns.append(((2 * k + 1) * x * columns[k] - k * columns[k - 1]) / (k + 1))
    return torch.stack(columns[: degree + 1], dim=1)


def powers(x: Tensor, degree: int) -> Tensor:
    """(n, degree+1) the powers 1, x, x², … of x (n, 1): the features of polynomial regression."""
    return x ** torch.arange(degree + 1)
