"""What does non-linearity mean, and what is lost without it?

A chain of linear layers is one linear layer: the product of its matrices. Depth can add something only when a function that
bends stands between them; then a net can come as near as one likes to any continuous function (Cybenko 1989; Leshno, Lin,
Pinkus & Schocken 1993). Three nets on a spiral, which no straight line cuts into its classes, and two on real digits.
"""

import copy
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.data.spiral import spiral
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Ten layers, nine of them hidden with 32 units, 500 steps of Adam; the single layer has a learning rate of its own."""

    data: str = knob("digits", choices=NAMES)
    layers: int = knob(10, low=2, high=50)
    width: int = knob(32, low=1, high=4096)
    lr: float = knob(0.002, above=0, high=1)
    single_lr: float = knob(0.02, above=0, high=1)
    steps: int = knob(500, low=1, high=20_000)


def bend(trained: Trained) -> float:
    """|f(x+y) - f(x) - f(y) + f(0)| as a share of |f(x+y) - f(0)|, on random vectors: 0 if differences of inputs add up."""
    f = copy.deepcopy(trained.model).double()  # in double precision, so that what is left is not rounding
    generator = torch.Generator().manual_seed(trained.seed)
    x, y = torch.randn(2, 100, trained.x_test.shape[1], generator=generator, dtype=torch.double)
    with torch.no_grad():
        both, one, other, none = f(x + y), f(x), f(y), f(torch.zeros_like(x))
    return float((both - one - other + none).norm() / (both - none).norm())


def experiment(p: Parameters) -> Experiment:
    """The same net with and without ReLU between its layers, beside a single layer (softmax regression)."""
    real = images(p.data)

    def net(inputs: int, classes: int, layers: int = p.layers, relu: bool = False) -> partial[nn.Sequential]:
        weights = partial(nn.init.kaiming_normal_, nonlinearity="relu" if relu else "linear")
        sizes = [inputs, *[p.width] * (layers - 1), classes]
        return partial(mlp, sizes, nn.ReLU if relu else nn.Identity, weights)

    adam = partial(torch.optim.Adam, lr=p.lr)
    linear = Training(data=spiral, model=net(2, 3), loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    # A step of Adam in each of ten factors moves their product about ten times as far as a step in one matrix.
    single = replace(linear, model=net(2, 3, layers=1), optimizer=partial(torch.optim.Adam, lr=p.single_lr))
    digits = replace(single, data=real.draw, model=net(real.pixels, real.classes, layers=1))
    return Experiment(
        arms={
            "relu": replace(linear, model=net(2, 3, relu=True)),
            "linear": linear,
            "single": single,
            "digits_linear": replace(linear, data=real.draw, model=net(real.pixels, real.classes)),
            "digits_single": digits,
            "digits_single_slow": replace(digits, optimizer=adam),
        },
        metrics={"train_accuracy": Trained.train_accuracy, "accuracy": Trained.accuracy, "bend": bend},
        claims={
            "linear_adds_up": Claim(lambda arms: max(arms.linear.bend, arms.digits_linear.bend), below=1e-9),
            "relu_bends": Claim(lambda arms: arms.relu.bend, above=0.1),
            "relu_untangles": Claim(lambda arms: arms.relu.train_accuracy >= 0.95 and arms.linear.train_accuracy <= 0.6),
            "depth_alone_adds_nothing": Claim(
                lambda arms: arms.digits_linear.accuracy - arms.digits_single.accuracy, below=0.01
            ),
            "at_one_rate_too": Claim(
                lambda arms: arms.digits_linear.accuracy - arms.digits_single_slow.accuracy, below=0.01
            ),
        },
    )
