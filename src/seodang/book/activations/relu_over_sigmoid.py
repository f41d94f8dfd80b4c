"""Why is ReLU used in hidden layers instead of the sigmoid?

The sigmoid's slope is at most 1/4, so a gradient that passes ten of them shrinks by 4^10 or more before it reaches the first
layer (Glorot & Bengio 2010); ReLU's slope is 1 wherever a unit is active (Glorot, Bordes & Bengio 2011). Its real rival is
tanh, whose slope at 0 is 1. Every arm gets the initialization made for its activation.
"""

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
    """Ten hidden layers of 64 units, 500 steps of SGD; `sigmoid_gain` multiplies the sigmoid net's Xavier weights."""

    data: str = knob("digits", choices=NAMES)
    depth: int = knob(10, low=1, high=50)
    width: int = knob(64, low=1, high=4096)
    lr: float = knob(0.05, above=0, high=10)
    sigmoid_gain: float = knob(1.0, above=0, high=100)
    steps: int = knob(500, low=1, high=20_000)


def first_gradient(trained: Trained) -> float:
    """The norm of the first layer's gradient before training, on the whole training set."""
    model = trained.initial
    loss = F.cross_entropy(model(trained.x_train), trained.y_train)
    return float(torch.autograd.grad(loss, next(model.parameters()))[0].norm())


def experiment(p: Parameters) -> Experiment:
    """Three nets that differ in their activation and the initialization that goes with it."""
    data = images(p.data)
    sizes = [data.pixels, *[p.width] * p.depth, data.classes]

    def net(activation: type[nn.Module], weights: Callable[[torch.Tensor], object]) -> Callable[[], nn.Module]:
        return partial(mlp, sizes, activation, weights)

    relu = Training(
        data=data.draw,
        model=net(nn.ReLU, partial(nn.init.kaiming_normal_, nonlinearity="relu")),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.SGD, lr=p.lr),
        steps=p.steps,
    )
    return Experiment(
        arms={
            "relu": relu,
            "tanh": replace(relu, model=net(nn.Tanh, nn.init.xavier_normal_)),
            "sigmoid": replace(relu, model=net(nn.Sigmoid, partial(nn.init.xavier_normal_, gain=p.sigmoid_gain))),
        },
        metrics={"accuracy": Trained.accuracy, "first_gradient": first_gradient},
        claims={
            "relu_learns": Claim(lambda arms: arms.relu.accuracy - arms.sigmoid.accuracy, above=0.8),
            "gradient_vanishes": Claim(lambda arms: arms.relu.first_gradient / arms.sigmoid.first_gradient, above=1e5),
            "tanh_holds_up": Claim(lambda arms: arms.relu.accuracy - arms.tanh.accuracy, below=0.02),
        },
    )
