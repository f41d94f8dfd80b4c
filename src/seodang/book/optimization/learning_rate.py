"""What happens when the learning rate is too large or too small?

On a quadratic each step multiplies the error along a direction of curvature c by 1 - lr c: it shrinks when lr < 2 / c and
grows when lr > 2 / c, so the sharpest direction sets the limit (LeCun, Bottou, Orr & Müller 1998). Two arms step to either
side of that limit on a true quadratic, linear regression on the same digits; the others train a network.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import log

import torch
import torch.nn.functional as F

from seodang.data import images, quadratic
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp
from seodang.models.linear import linear_from_zero


@dataclass(frozen=True)
class Parameters:
    """A rate that suits the network, and how close the two arms on the quadratic come to its limit."""

    data: str = knob("digits", choices=NAMES)
    lr: float = knob(0.5, above=0, high=100)
    width: int = knob(64, low=1, high=4096)
    steps: int = knob(200, low=1, high=2_000)
    near: float = knob(0.05, above=0, below=1)


def loss(trained: Trained) -> float:
    """Of the trained model, on the whole training set."""
    assert trained.loss is not None
    return float(trained.loss(trained.model(trained.x_train), trained.y_train).detach())


def spread(trained: Trained) -> float:
    """How much a score differs from image to image: 0 for a model that says the same of all."""
    with torch.no_grad():
        return float(trained.model(trained.x_test).std(dim=0).mean())


def experiment(p: Parameters) -> Experiment:
    """One network at four learning rates, and once more at a small one with ten times the steps."""
    data = images(p.data)

    def rate(lr: float) -> Callable[..., torch.optim.Optimizer]:
        return partial(torch.optim.SGD, lr=lr)

    good = Training(
        data=data.draw,
        model=partial(mlp, [data.pixels, p.width, data.classes]),
        loss=F.cross_entropy,
        optimizer=rate(p.lr),
        steps=p.steps,
    )
    bowl = replace(
        good,
        data=partial(quadratic.of_curvature_one, data.draw),
        model=partial(linear_from_zero, data.pixels, data.classes),
        loss=quadratic.squared,
        batch=quadratic.IMAGES,
    )
    return Experiment(
        arms={
            "tiny": replace(good, optimizer=rate(p.lr / 100)),
            "small": replace(good, optimizer=rate(p.lr / 10)),
            "small_for_longer": replace(good, optimizer=rate(p.lr / 10), steps=10 * p.steps),
            "good": good,
            "large": replace(good, optimizer=rate(p.lr * 10)),
            "inside": replace(bowl, optimizer=rate(2 * (1 - p.near))),
            "outside": replace(bowl, optimizer=rate(2 * (1 + p.near))),
        },
        metrics={"accuracy": Trained.accuracy, "loss": loss, "spread": spread},
        claims={
            "both_ends_fail": Claim(lambda a: a.good.accuracy - max(a.tiny.accuracy, a.large.accuracy), above=0.3),
            "small_is_slow": Claim(lambda a: a.good.accuracy - a.small_for_longer.accuracy, below=0.02),
            "large_is_stuck": Claim(lambda a: abs(a.large.loss - log(data.classes)), below=0.2),
            "limit_is_exact": Claim(lambda a: a.inside.loss < 1 and not a.outside.loss <= 1),
        },
    )
