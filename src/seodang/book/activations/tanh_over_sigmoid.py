"""Why does tanh do better than the sigmoid in hidden layers: is it centred on 0, or is it steeper?

tanh z = 2 sigmoid(2z) - 1 is both at once. Two functions in between take the reasons apart: a centred sigmoid that is no
steeper in effect (slope 1/4), and a steep sigmoid (slope 1) that is not centred. LeCun, Bottou, Orr & Müller 1998,
section 4.4, argue with the mean; Glorot & Bengio 2010 with saturation and the size of the signal. With batch
normalization both are repaired.
"""

import copy
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
    """Ten hidden layers of 32 units with Xavier weights, 500 steps of SGD."""

    data: str = knob("digits", choices=NAMES)
    depth: int = knob(10, low=1, high=50)
    width: int = knob(32, low=1, high=4096)
    lr: float = knob(0.05, above=0, high=10)
    steps: int = knob(500, low=1, high=20_000)


class Shaped(nn.Module):
    """height * sigmoid(steepness * z) - shift: the sigmoid is (1, 1, 0), tanh is (2, 2, 1)."""

    def __init__(self, height: float, steepness: float, shift: float) -> None:
        super().__init__()
        self.height, self.steepness, self.shift = height, steepness, shift

    def forward(self, z: Tensor) -> Tensor:
        """The same shape."""
        return self.height * torch.sigmoid(self.steepness * z) - self.shift


def shape_gap() -> float:
    """The largest distance between tanh and 2 sigmoid(2z) - 1."""
    return float((Shaped(2, 2, 1)(z := torch.linspace(-20, 20, 4001).double()) - torch.tanh(z)).abs().max())


def normalized(activation: type[nn.Module], width: int) -> nn.Module:
    """Batch normalization, then the activation."""
    return nn.Sequential(nn.BatchNorm1d(width), activation())


def first_gradient(trained: Trained) -> float:
    """The norm of the first layer's gradient before training, on the whole training set."""
    model = copy.deepcopy(trained.initial).train()  # batch normalization as it is while training
    loss = F.cross_entropy(model(trained.x_train), trained.y_train)
    return float(torch.autograd.grad(loss, next(model.parameters()))[0].norm())


def mean(trained: Trained) -> float:
    """The mean of all outputs of the last hidden layer on test images, before training."""
    with torch.no_grad():
        return float(nn.Sequential(*list(trained.initial.children())[:-1])(trained.x_test).mean())


def experiment(p: Parameters) -> Experiment:
    """tanh, the sigmoid, two functions in between, and both again with batch normalization."""
    data = images(p.data)
    net = partial(mlp, [data.pixels, *[p.width] * p.depth, data.classes], weights=nn.init.xavier_normal_)
    sgd = partial(torch.optim.SGD, lr=p.lr)
    tanh = Training(data=data.draw, model=partial(net, nn.Tanh), loss=F.cross_entropy, optimizer=sgd, steps=p.steps)
    return Experiment(
        arms={
            "tanh": tanh,
            "sigmoid": replace(tanh, model=partial(net, nn.Sigmoid)),
            "centred": replace(tanh, model=partial(net, partial(Shaped, 1, 1, 0.5))),
            "steep": replace(tanh, model=partial(net, partial(Shaped, 1, 4, 0))),
            "tanh_bn": replace(tanh, model=partial(net, partial(normalized, nn.Tanh, p.width))),
            "sigmoid_bn": replace(tanh, model=partial(net, partial(normalized, nn.Sigmoid, p.width))),
        },
        metrics={"accuracy": Trained.accuracy, "first_gradient": first_gradient, "mean": mean},
        claims={
            "tanh_ahead": Claim(lambda a: a.tanh.accuracy - a.sigmoid.accuracy, above=0.8),
            "gradient_arrives": Claim(lambda a: a.tanh.first_gradient / a.sigmoid.first_gradient, above=1e4),
            "on_zero": Claim(lambda a: abs(a.tanh.mean) <= 0.1 and a.sigmoid.mean >= 0.4),
            "same_shape": Claim(lambda _: shape_gap(), below=1e-12),
            "centring_helps": Claim(lambda a: a.centred.accuracy - a.sigmoid.accuracy, above=0.1),
            "steepness_helps": Claim(lambda a: a.steep.accuracy - a.sigmoid.accuracy, above=0.1),
            "steepness_suffices": Claim(lambda a: a.tanh.accuracy - a.steep.accuracy, below=0.1),
            "normalization_closes_it": Claim(lambda a: a.tanh_bn.accuracy - a.sigmoid_bn.accuracy, below=0.03),
        },
    )
