"""Why follow the gradient and not any direction that happens to lower the loss?

To first order a step d changes the loss by g·d, which among all unit d is least for d = -g/|g| (Cauchy-Schwarz). A random
direction in n dimensions has a cosine of about 1/√n with it. So three searches with the same budget of forward passes
train one linear classifier: random points, random steps that are kept when they help, and the gradient, a step of which is
charged three passes (Griewank & Walther 2008). After the comparison in the course notes of Stanford's CS231n.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob

Loss = Callable[[Tensor], Tensor]
MEASURED = ("accuracy", "loss", "cosine", "advantage")


@dataclass(frozen=True)
class Parameters:
    """A linear classifier without bias; the budget in forward passes over the training set, and the step of each search."""

    budget: int = knob(1_000, low=3, high=100_000)
    spread: float = knob(0.3, above=0, high=100)
    stride: float = knob(0.05, above=0, high=100)
    lr: float = knob(2.0, above=0, high=100)


def drawn(p: Parameters, loss: Loss, start: Tensor, generator: torch.Generator, walking: bool) -> Tensor:
    """Draw weights, or, walking, a step from the best so far; keep what has the lower loss."""
    best, least = start, math.inf if not walking else float(loss(start))
    for _ in range(p.budget):
        noise = torch.randn(start.shape, generator=generator)
        tried = best + p.stride * noise if walking else p.spread * noise
        if (value := float(loss(tried))) < least:
            best, least = tried, value
    return best


def gradient(p: Parameters, loss: Loss, start: Tensor, _: torch.Generator) -> Tensor:
    """Gradient descent; forward and backward together cost three forward passes."""
    for _step in range(p.budget // 3):
        start = start - p.lr * torch.func.grad(loss)(start)
    return start


def searched(p: Parameters, search: Callable[..., Tensor], seed: int) -> Mapping[str, float]:
    """Where a search ends, and how well the best of many random directions agrees with -gradient at the start."""
    generator = torch.Generator().manual_seed(seed)
    x, y, x_test, y_test = digits(generator)
    start = torch.zeros(10, 64)

    def loss(weight: Tensor) -> Tensor:
        return F.cross_entropy(F.linear(x, weight), y)

    down = -torch.func.grad(loss)(start).flatten()
    ways = torch.randn(10_000, len(down), generator=generator)
    cosines = F.cosine_similarity(ways, down, dim=1)
    after, luck = (loss(start + 0.1 * F.normalize(d, dim=0).view_as(start)) for d in (down, ways[cosines.argmax()]))
    advantage = (loss(start) - after) / (loss(start) - luck)
    end = search(p, loss, start, generator)
    right = F.linear(x_test, end).argmax(1) == y_test
    return dict(zip(MEASURED, map(float, (right.float().mean(), loss(end), cosines.max(), advantage)), strict=True))


def experiment(p: Parameters) -> Experiment:
    """The same budget, spent in three ways."""
    return Experiment(
        arms={
            "points": partial(searched, p, partial(drawn, walking=False)),
            "steps": partial(searched, p, partial(drawn, walking=True)),
            "gradient": partial(searched, p, gradient),
            "gradient_tenth": partial(searched, replace(p, budget=p.budget // 10), gradient),
        },
        metrics={name: itemgetter(name) for name in MEASURED},
        claims={
            "none_is_steeper": Claim(lambda a: a.gradient.advantage, above=4),
            "steps_beat_points": Claim(lambda a: a.steps.accuracy - a.points.accuracy, above=0.1),
            "a_tenth_suffices": Claim(lambda a: a.steps.loss / a.gradient_tenth.loss, above=1),
            "gradient_beats_steps": Claim(lambda a: a.gradient.accuracy - a.steps.accuracy, above=0.2),
        },
    )
