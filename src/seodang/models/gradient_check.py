"""Whether a gradient written by hand is the gradient: compared with autograd's, and with how the loss really changes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from seodang.models.torch_mlp import backward, module

Array = NDArray[Any]
STEP = 1e-7


def gaps(
    gradient: Callable[[list[Array], Array, Array], list[Array]],
    weights: list[Array],
    x: Array,
    y: Array,
    generator: np.random.Generator,
) -> dict[str, float]:
    """In double precision, the largest distance from autograd's and, along a random way, from a difference quotient.

    `gradient` is of the mean cross-entropy of the perceptron in `torch_mlp` with these weights.
    """
    weights, x = [weight.astype(np.float64) for weight in weights], x.astype(np.float64)
    slopes = gradient(weights, x, y)
    way = [generator.normal(size=weight.shape) for weight in weights]
    ahead, behind = ([w + h * d for w, d in zip(weights, way, strict=True)] for h in (STEP, -STEP))
    quotient = (_loss(ahead, x, y) - _loss(behind, x, y)) / (2 * STEP)
    along = sum(float((slope * d).sum()) for slope, d in zip(slopes, way, strict=True))
    from_autograd = (float(abs(a - b).max()) for a, b in zip(slopes, backward(weights, x, y), strict=True))
    return {"autograd_gap": max(from_autograd), "difference_gap": abs(along - quotient)}


def _loss(weights: list[Array], x: Array, y: Array) -> float:
    return F.cross_entropy(module(weights)(torch.from_numpy(x)), torch.from_numpy(y)).item()
