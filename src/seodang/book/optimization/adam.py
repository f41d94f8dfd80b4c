"""What is Adam, what of it is RMSprop, and what is the bias correction for?

Both divide a gradient by the root of a moving average of its square; Adam averages the gradient too and corrects both
averages for having begun at 0 (Tieleman & Hinton 2012; Kingma & Ba 2015). Each is written out and compared with torch's on
100 random gradients; then its first step, a loss multiplied by 1,000, and the example of Hinton's lecture: a gradient of 0.1
in nine batches and of -0.9 in the tenth, whose mean is 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob
from seodang.models.optimizers.adam import adam
from seodang.models.optimizers.descent import Update, descend
from seodang.models.optimizers.gradient_descent import gradient_descent
from seodang.models.optimizers.rmsprop import rmsprop


@dataclass(frozen=True)
class Parameters:
    """The learning rate of all."""

    lr: float = knob(0.01, above=0, high=1)


def uncorrected(x: Tensor, gradient: Tensor, averages: Any, lr: float, betas: tuple[float, float]) -> tuple[Tensor, Any]:
    """Adam without its bias correction: both averages begin at 0, and nobody makes up for it."""
    mean, square = averages or (torch.zeros_like(x), torch.zeros_like(x))
    mean, square = betas[0] * mean + (1 - betas[0]) * gradient, betas[1] * square + (1 - betas[1]) * gradient.square()
    return x - lr * mean / (square.sqrt() + 1e-8), (mean, square)


def bowl(factor: float, x: Tensor) -> Tensor:
    """The slope of a bowl of curvatures 0.01 to 1 whose loss is so many times as large."""
    return factor * torch.logspace(-2, 0, 20, dtype=torch.double) * x


def tried(update: Update, torchs: Any, lr: float, _seed: int) -> Mapping[str, float]:
    """The distance from torch, the first step, what a factor of 1,000 changes, and the drift in ten of Hinton's batches."""
    gradients = torch.randn(100, 20, dtype=torch.double, generator=torch.Generator().manual_seed(0))
    (mine, theirs), memory = torch.zeros(2, 20, dtype=torch.double), None
    optimizer = torchs([theirs])
    for gradient in gradients * torch.logspace(-3, 3, 20):
        mine, memory = update(mine, gradient, memory)
        theirs.grad = gradient
        optimizer.step()
    first = descend(update, lambda x: torch.full_like(x, 0.01), torch.zeros(1), 1)[1]
    one, thousand = (descend(update, partial(bowl, k), torch.ones(20, dtype=torch.double), 200)[-1] for k in (1, 1000))
    batches = iter(100 * (9 * [0.1] + [-0.9]))
    path = descend(update, lambda x: torch.full_like(x, next(batches)), torch.zeros(1), 1000)
    apart = {"gap": mine - theirs, "first": first / lr, "scale": one - thousand, "drift": (path[-1] - path[-11]) / lr}
    return {name: float(distance.abs().max()) for name, distance in apart.items()}


def experiment(p: Parameters) -> Experiment:
    """Adam, Adam uncorrected, Adam reduced to RMSprop, RMSprop, RMSprop without memory, gradient descent."""
    optim, betas, lr = torch.optim, (0.9, 0.999), p.lr
    how: dict[str, tuple[Any, Any]] = {
        "adam": (partial(adam, lr=lr), partial(optim.Adam, lr=lr)),
        "uncorrected": (partial(uncorrected, lr=lr, betas=betas), partial(optim.Adam, lr=lr)),
        "reduced": (partial(uncorrected, lr=lr, betas=(0.0, 0.99)), partial(optim.RMSprop, lr=lr)),
        "rmsprop": (partial(rmsprop, lr=lr), partial(optim.RMSprop, lr=lr)),
        "forgetful": (partial(rmsprop, lr=lr, alpha=0.0), partial(optim.RMSprop, lr=lr, alpha=0.0)),
        "descent": (partial(gradient_descent, lr=lr), partial(optim.SGD, lr=lr)),
    }
    return Experiment(
        kind="derivation",
        arms={name: partial(tried, update, torchs, lr) for name, (update, torchs) in how.items()},
        metrics={name: itemgetter(name) for name in ("gap", "first", "scale", "drift")},
        claims={
            "by_hand": Claim(lambda a: max(a.adam.gap, a.rmsprop.gap, a.forgetful.gap), below=1e-6),
            "reduces": Claim(lambda a: a.reduced.gap, below=1e-6),
            "first_step_is_the_rate": Claim(lambda a: abs(a.adam.first - 1), below=1e-3),
            "uncorrected_is_longer": Claim(lambda a: abs(a.uncorrected.first - 10**0.5), below=1e-3),
            "scale_is_gone": Claim(lambda a: a.adam.scale < 1e-3 and not a.descent.scale < 1e6),
            "memory_cancels": Claim(lambda a: a.forgetful.drift > 7.9 and a.rmsprop.drift < 0.5),
        },
    )
