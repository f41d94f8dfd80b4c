"""Why do neurons have a bias, and what can a net without one not do?

Without biases a net of linear layers and ReLU is positively homogeneous, f(cx) = c f(x) for c > 0, so f(0) = 0 whatever
its weights (Goodfellow, Bengio & Courville 2016, chapter 6). On [-1, 1] the least squared error to y = x + 3 is then 9
for one linear unit and 9/4 for any ReLU net. Before batch normalization a bias does nothing: its mean is taken off again
(Ioffe & Szegedy 2015, 3.2).
"""

import copy
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.images import NAMES, images
from seodang.data.split import Split
from seodang.experiment import Claim, Experiment, Trained, Training, knob


@dataclass(frozen=True)
class Parameters:
    """The line's height at 0, the hidden units of the nets, Adam's learning rate, and the steps."""

    data: str = knob("digits", choices=NAMES)
    offset: float = knob(3.0, low=-100, high=100)
    width: int = knob(64, low=1, high=4096)
    lr: float = knob(0.02, above=0, high=1)
    steps: int = knob(600, low=1, high=20_000)


def line(offset: float, generator: torch.Generator) -> Split:
    """(500, 1) points of [-1, 1] to learn on and as many to test on, y = x + offset; -x stands beside every x."""
    x = (torch.rand(500, 1, 1, generator=generator) * torch.tensor([[1.0], [-1.0]])).flatten(0, 1)
    return Split(x[:500], x[:500] + offset, x[500:], x[500:] + offset)


def net(sizes: list[int], bias: bool = True, normalized: bool = False) -> nn.Sequential:
    """Linear layers with or without biases, and ReLU between them, perhaps after batch normalization."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs, bias), nn.BatchNorm1d(outputs) if normalized else nn.Identity(), nn.ReLU()]
    return nn.Sequential(*layers[:-2])


def error(trained: Trained) -> float:
    """On test samples, the mean squared error of a regression, the share of wrong classes of a classification."""
    return trained.test_loss() if trained.y_test.is_floating_point() else 1 - trained.accuracy()


def off(trained: Trained, c: float) -> float:
    """In double precision, the largest distance of f(cx) from c f(x); for c = 0, the largest output for the input 0."""
    f, x = copy.deepcopy(trained.model).double(), trained.x_test.double()
    return float((f(c * x) - c * f(x)).detach().abs().max())


def bias_gradient(trained: Trained) -> float:
    """At the start, the gradient's norm for the first biases as a share of that for the weights; 0 without biases."""
    assert trained.loss is not None
    model = copy.deepcopy(trained.initial).train()  # batch normalization as it is while training
    wanted = list(next(model.children()).parameters())
    weights, *biases = torch.autograd.grad(trained.loss(model(trained.x_train), trained.y_train), wanted)
    return float(biases[0].norm() / weights.norm()) if biases else 0.0


def experiment(p: Parameters) -> Experiment:
    """A line that misses the origin by single units and by nets, with bias and without; digits likewise."""
    adam, real = partial(torch.optim.Adam, lr=p.lr), images(p.data)
    data, relu, sizes = partial(line, p.offset), [1, p.width, p.width, 1], [real.pixels, p.width, p.width, real.classes]
    unit = Training(data=data, model=partial(net, [1, 1]), loss=F.mse_loss, optimizer=adam, steps=p.steps)
    digits = replace(unit, data=real.draw, loss=F.cross_entropy, model=partial(net, sizes))
    return Experiment(
        arms={
            "unit": unit,
            "bare_unit": replace(unit, model=partial(net, [1, 1], bias=False)),
            "net": replace(unit, model=partial(net, relu)),
            "bare_net": replace(unit, model=partial(net, relu, bias=False)),
            "digits": digits,
            "bare_digits": replace(digits, model=partial(net, sizes, bias=False)),
            "normalized": replace(digits, model=partial(net, sizes, normalized=True)),
        },
        metrics={"error": error, "at_zero": partial(off, c=0), "scaled": partial(off, c=3), "bias_gradient": bias_gradient},
        claims={
            "shift_needs_bias": Claim(lambda a: a.unit.error <= 1e-6 and min(a.bare_unit.error, a.bare_net.error) >= 1),
            "through_the_origin": Claim(lambda a: a.bare_unit.at_zero == a.bare_net.at_zero == a.bare_digits.at_zero == 0),
            "scales_along": Claim(lambda a: max(a.bare_unit.scaled, a.bare_net.scaled, a.bare_digits.scaled), below=1e-5),
            "digits_do_without": Claim(lambda a: abs(a.bare_digits.error - a.digits.error), below=0.02),
            "normalization_cancels": Claim(lambda a: a.normalized.bias_gradient, below=1e-5),
        },
    )
