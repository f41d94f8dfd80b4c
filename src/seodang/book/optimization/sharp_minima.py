"""Do large batches end in sharper minima, and is that why they generalize worse?

Keskar et al. 2017 saw it; Dinh et al. 2017 answered that sharpness can be made any number without changing the function.
A network on 600 digits with batches of 8 and of 600, the same number of updates: at one rate, and the large batch also at a
larger one. Sharpness is the largest eigenvalue of the Hessian, by power iteration. Then the first layer is multiplied by a
and the second divided by it, which for ReLU changes no output.
"""

import copy
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
    """Training images, the common rate and the larger one, the updates, and the factor between the layers."""

    data: str = knob("digits", choices=NAMES)
    count: int = knob(600, low=16, high=60_000)
    lr: float = knob(0.5, above=0, high=10)
    larger: float = knob(1.0, above=0, high=10)
    steps: int = knob(1_500, low=1, high=50_000)
    factor: float = knob(10.0, above=0, high=1000)


def sharpness(trained: Trained, factor: float = 1.0) -> float:
    """The largest eigenvalue of the training loss's Hessian, the first layer times `factor` and the second divided by it."""
    net = copy.deepcopy(trained.model)
    first, _, second = net.children()
    with torch.no_grad():
        first.get_parameter("weight").mul_(factor)
        first.get_parameter("bias").mul_(factor)
        second.get_parameter("weight").div_(factor)
    weights = [*net.parameters()]
    slopes = torch.autograd.grad(F.cross_entropy(net(trained.x_train), trained.y_train), weights, create_graph=True)
    way = [torch.ones_like(weight) for weight in weights]
    for _ in range(40):
        length = nn.utils.parameters_to_vector(way).norm()
        way = list(torch.autograd.grad(slopes, weights, [part / length for part in way], retain_graph=True))
    return float(nn.utils.parameters_to_vector(way).norm())


def loss(trained: Trained) -> float:
    """Of the trained model, on its training set."""
    return float(F.cross_entropy(trained.model(trained.x_train), trained.y_train).detach())


def experiment(p: Parameters) -> Experiment:
    """Small batches, the whole set, and the whole set at a larger rate, each for the same number of updates."""
    data = images(p.data)

    small = Training(
        data=lambda generator: data.draw(generator).first(p.count),
        model=partial(mlp, [data.pixels, 16, data.classes]),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.SGD, lr=p.lr),
        steps=p.steps,
        batch=8,
    )
    large = replace(small, batch=p.count)
    return Experiment(
        arms={"small": small, "large": large, "faster": replace(large, optimizer=partial(torch.optim.SGD, lr=p.larger))},
        metrics={
            "sharpness": sharpness,
            "rescaled": partial(sharpness, factor=p.factor),
            "accuracy": Trained.accuracy,
            "loss": loss,
        },
        claims={
            "large_is_sharper": Claim(lambda a: a.large.sharpness / a.small.sharpness, above=1.5),
            "faster_is_flatter": Claim(lambda a: a.large.sharpness / a.faster.sharpness, above=1.5),
            "no_worse": Claim(lambda a: abs(a.small.accuracy - a.large.accuracy), below=0.01),
            "no_function": Claim(lambda a: a.small.rescaled / a.small.sharpness, above=10),
        },
    )
