"""Leaky ReLU and PReLU keep the negative side alive. Why is plain ReLU used more?

With slope a > 0 on the left no unit can die (Maas, Hannun & Ng 2013); PReLU learns a (He et al. 2015, who gained on
ImageNet). Xu, Wang, Chen & Li 2015 found gains on CIFAR. Here the three start from He's weights, each at the best of
eight learning rates, 0.01 to 3 (the highest median test accuracy on 12 other seeds, among rates at which none diverged),
and at five times ReLU's rate.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Five hidden layers of 64 units, 300 steps of SGD; the tuned learning rates times `factor`."""

    data: str = knob("digits", choices=NAMES)
    depth: int = knob(5, low=1, high=50)
    width: int = knob(64, low=1, high=4096)
    leak: float = knob(0.01, low=0, high=1)
    factor: float = knob(1.0, above=0, high=100)
    steps: int = knob(300, low=1, high=20_000)


def silenced(trained: Trained) -> float:
    """The share of units of the last hidden layer that no training image moves; nan where the net diverged."""
    *body, activation, _ = trained.model.children()
    with torch.no_grad():
        before = nn.Sequential(*body)(trained.x_train)
    leak = activation.weight.detach() if isinstance(activation, nn.PReLU) else getattr(activation, "negative_slope", 0.0)
    slopes = torch.where(before > 0, 1.0, leak)
    if not before.isfinite().all():
        return math.nan
    return float((slopes.abs().amax(dim=0) == 0).float().mean())


def size(trained: Trained) -> float:
    """How many parameters the net has."""
    return sum(parameter.numel() for parameter in trained.model.parameters())


def learned_slope(trained: Trained) -> float:
    """The slope on the left, averaged over units and layers after training; 0 where there is none."""
    slopes = [layer.weight.detach() for layer in trained.model.modules() if isinstance(layer, nn.PReLU)]
    return float(torch.cat(slopes).mean()) if slopes else 0.0


def experiment(p: Parameters) -> Experiment:
    """ReLU, leaky ReLU and PReLU at tuned learning rates, and all three at one that is too high."""
    data = images(p.data)
    he = partial(nn.init.kaiming_normal_, nonlinearity="relu")

    def net(activation: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
        return partial(mlp, [data.pixels, *[p.width] * p.depth, data.classes], activation, he)

    def sgd(lr: float) -> Callable[..., torch.optim.Optimizer]:
        return partial(torch.optim.SGD, lr=p.factor * lr)

    relu = Training(data=data.draw, model=net(nn.ReLU), loss=F.cross_entropy, optimizer=sgd(0.1), steps=p.steps)
    leaky, prelu = net(partial(nn.LeakyReLU, p.leak)), net(partial(nn.PReLU, p.width))
    hot = replace(relu, optimizer=sgd(0.5))
    return Experiment(
        arms={
            "relu": relu,
            "leaky": replace(relu, model=leaky),
            "prelu": replace(relu, model=prelu),
            "relu_hot": hot,
            "leaky_hot": replace(hot, model=leaky),
            "prelu_hot": replace(hot, model=prelu),
        },
        metrics={"accuracy": Trained.accuracy, "silenced": silenced, "learned_slope": learned_slope, "parameters": size},
        claims={
            "same_when_tuned": Claim(lambda a: abs(a.prelu.accuracy - a.relu.accuracy), below=0.01),
            "leaky_same_when_tuned": Claim(lambda a: abs(a.leaky.accuracy - a.relu.accuracy), below=0.01),
            "helps_when_too_fast": Claim(lambda a: a.prelu_hot.accuracy - a.relu_hot.accuracy, above=0.02),
            "none_silenced": Claim(lambda a: a.prelu.silenced == a.leaky.silenced == 0),
        },
    )
