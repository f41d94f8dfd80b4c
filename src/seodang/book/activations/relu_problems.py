"""What is wrong with ReLU, and how often does it happen?

A unit whose input is negative for every sample has output 0 and gradient 0, so no step of SGD can bring it back (Maas,
Hannun & Ng 2013); some are born so (Lu, Shin, Su & Karniadakis 2020). The outputs are never negative, so their mean is
not 0. At 0 there is no derivative. One net at three learning rates, with a leak at the higher two, and with tanh at the
lowest.
"""

import math
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Two hidden layers of 128 units, torch's initialization, 200 steps of SGD; three learning rates."""

    data: str = knob("digits", choices=NAMES)
    width: int = knob(128, low=1, high=4096)
    slow: float = knob(0.1, above=0, high=100)
    fast: float = knob(1.0, above=0, high=100)
    fastest: float = knob(3.0, above=0, high=100)
    steps: int = knob(200, low=1, high=20_000)


def inputs(net: nn.Module, x: Tensor) -> Tensor:
    """(2, samples, units) what goes into the activations of the two hidden layers."""
    first, activation, second, *_ = net.children()
    with torch.no_grad():
        return torch.stack([first(x), second(activation(first(x)))])


def dead(trained: Trained, initially: bool = False, layers: slice = slice(None)) -> float:
    """The share of hidden units whose input is negative or 0 for every training image; nan if the net diverged."""
    z = inputs(trained.initial if initially else trained.model, trained.x_train)[layers]
    return float((z <= 0).all(dim=1).float().mean()) if z.isfinite().all() else math.nan


def centre(trained: Trained) -> float:
    """The mean of the hidden outputs on test images as a share of their root mean square, before training: 0 is centred."""
    h = list(trained.initial.children())[1](inputs(trained.initial, trained.x_test))
    return float(h.mean() / h.square().mean().sqrt())


def kinks(trained: Trained) -> float:
    """How many of the inputs to the activations, on all test images, are exactly 0 after training."""
    return float((inputs(trained.model, trained.x_test) == 0).sum())


def experiment(p: Parameters) -> Experiment:
    """ReLU at three learning rates; leaky ReLU at the higher two; tanh at the lowest."""
    data = images(p.data)
    net = partial(mlp, [data.pixels, p.width, p.width, data.classes])
    sgd = partial(partial, torch.optim.SGD)
    slow = Training(data=data.draw, model=net, loss=F.cross_entropy, optimizer=sgd(lr=p.slow), steps=p.steps)
    fast, fastest = (replace(slow, optimizer=sgd(lr=lr)) for lr in (p.fast, p.fastest))
    leaky = partial(net, nn.LeakyReLU)
    shut, born = partial(dead, layers=slice(1, 2)), partial(dead, initially=True)
    return Experiment(
        arms={
            "slow": slow,
            "fast": fast,
            "fastest": fastest,
            "leaky_fast": replace(fast, model=leaky),
            "leaky_fastest": replace(fastest, model=leaky),
            "tanh": replace(slow, model=partial(net, nn.Tanh)),
        },
        metrics={"accuracy": Trained.accuracy, "dead": dead, "shut": shut, "born": born, "centre": centre, "kinks": kinks},
        claims={
            "rate_kills": Claim(lambda arms: arms.slow.dead < arms.fast.dead < arms.fastest.dead),
            "all_die": Claim(lambda arms: arms.fastest.dead, above=0.9),
            "layer_shuts": Claim(lambda arms: arms.fastest.shut == 1),
            "leak_revives": Claim(lambda arms: arms.leaky_fastest.accuracy - arms.fastest.accuracy, above=0.3),
            "leak_helps": Claim(lambda arms: arms.leaky_fast.accuracy - arms.fast.accuracy, above=0.02),
            "off_centre": Claim(lambda arms: arms.slow.centre - abs(arms.tanh.centre), above=0.25),
            "kink_is_missed": Claim(lambda arms: arms.slow.kinks == 0),
        },
    )
