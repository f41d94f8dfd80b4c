"""Is Adam always better? Two problems on which it fails, one of them convex and in a single variable.

Reddi, Kale & Kumar (2018): slopes of 1010 in one step of 101 and of -10 in the others, x in [-1, 1]. The mean slope is
positive, so -1 is best; Adam ends at +1. Wilson, Roelofs, Stern, Srebro & Recht (2017): a data set that every method fits
to the last sample, on which gradient descent generalizes and adaptive methods answer one class for all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from operator import itemgetter
from typing import Any

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob
from seodang.models.optimizers.adam import adam, amsgrad
from seodang.models.optimizers.descent import descend
from seodang.models.optimizers.gradient_descent import gradient_descent
from seodang.models.optimizers.rmsprop import rmsprop

Method = Callable[..., tuple[Tensor, Any]]


@dataclass(frozen=True)
class Parameters:
    """Steps of the sequence of slopes; samples of the data set."""

    steps: int = knob(12_000, low=101, high=200_000)
    samples: int = knob(40, low=10, high=200)


@cache
def left_at(method: Method, p: Parameters, lr: float) -> float:
    """The mean of x over the last tenth of the steps, from 0 on; no seed has a part in it. The rate falls as lr / √t."""
    x, memory, tail = torch.zeros(1, dtype=torch.double), None, []
    large, small = torch.tensor([[1010.0], [-10.0]], dtype=torch.double)
    for t in range(1, p.steps + 1):
        x, memory = method(x, large if t % 101 == 1 else small, memory, lr=lr * t**-0.5)
        x = x.clamp(-1, 1)
        tail += [float(x)] * (t > 0.9 * p.steps)
    return sum(tail) / len(tail)


def drawn(p: Parameters, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Feature 1 is the class, 2 and 3 are always 1; one more of its own for class +1, five for class -1. 64 % are +1."""
    y = torch.where(torch.rand(p.samples, generator=generator) < 0.64, 1.0, -1.0).double()
    x = torch.zeros(p.samples, 3 + 5 * p.samples, dtype=torch.double)
    x[:, 0], x[:, 1:3] = y, 1.0
    for row, label in enumerate(y):
        x[row, 3 + 5 * row : 3 + 5 * row + (1 if label > 0 else 5)] = 1.0
    return x, y


def tried(method: Method, p: Parameters, lr: float, seed: int) -> Mapping[str, float]:
    """Where it ends on the slopes, and its training and test error on the data set."""
    generator = torch.Generator().manual_seed(seed)
    x, y = drawn(p, generator)
    rate = lr or 0.9 / float(torch.linalg.eigvalsh(x @ x.T)[-1])  # gradient descent (0) has a limit to keep to
    w = descend(partial(method, lr=rate), lambda w: x.T @ (x @ w - y), torch.zeros(x.shape[1], dtype=torch.double), 600)[-1]
    unseen = torch.where(torch.rand(2_000, generator=generator) < 0.64, 1.0, -1.0).double()
    said = (w[0] * unseen + w[1] + w[2]).sign()  # what is an unseen sample's own has weight 0
    train, test = float(((x @ w).sign() != y).double().mean()), float((said != unseen).double().mean())
    return {"x": left_at(method, p, 0.5 if lr else 0.001), "train": train, "test": test}


def experiment(p: Parameters) -> Experiment:
    """Gradient descent, RMSprop, Adam, and AMSGrad, which never forgets the largest mean square."""
    betas = (0.9, 0.99)
    return Experiment(
        arms={
            "descent": partial(tried, gradient_descent, p, 0.0),
            "rmsprop": partial(tried, partial(rmsprop, alpha=0.99), p, 0.002),
            "adam": partial(tried, partial(adam, betas=betas), p, 0.01),
            "amsgrad": partial(tried, partial(amsgrad, betas=betas), p, 0.01),
        },
        metrics={name: itemgetter(name) for name in ("x", "train", "test")},
        claims={
            "adam_ends_worst": Claim(lambda a: a.adam.x, above=0.95),
            "amsgrad_ends_well": Claim(lambda a: a.amsgrad.x, below=-0.8),
            "descent_generalizes": Claim(lambda a: a.descent.test == 0 and min(a.adam.test, a.rmsprop.test) >= 0.25),
            "all_fit": Claim(lambda a: a.descent.train == a.rmsprop.train == a.adam.train == a.amsgrad.train == 0),
            "amsgrad_generalizes": Claim(lambda a: a.amsgrad.test, below=0.05),
        },
    )
