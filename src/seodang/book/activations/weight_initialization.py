"""Why does initialization matter: what do zero, equal, too small and too large weights do?

He initialization keeps the size of the signal from one ReLU layer to the next; a quarter or four times its standard
deviation multiplies it by 1/4 or 4 at every layer (He, Zhang, Ren & Sun 2015). Equal weights keep the size too, and fail for
another reason: units that start alike get the same gradient and stay alike (Goodfellow, Bengio & Courville 2016, 8.4).
"""

import math
from collections.abc import Callable
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
    """Five hidden layers of 64 units, 300 steps of SGD; `factor` is how far too small and too large are from He."""

    data: str = knob("digits", choices=NAMES)
    depth: int = knob(5, low=1, high=50)
    width: int = knob(64, low=1, high=4096)
    factor: float = knob(4.0, low=1, high=1000)
    lr: float = knob(0.15, above=0, high=10)
    steps: int = knob(300, low=1, high=20_000)


def he(weight: Tensor, factor: float = 1.0) -> Tensor:
    """He initialization, standard deviation sqrt(2 / inputs), times a factor."""
    return nn.init.normal_(weight, std=factor * math.sqrt(2 / weight.shape[1]))


def equal(weight: Tensor) -> Tensor:
    """Every weight 1 / inputs, so that each unit averages its inputs and the signal neither fades nor grows."""
    return nn.init.constant_(weight, 1 / weight.shape[1])


def signal(trained: Trained) -> float:
    """The root mean square of the last hidden layer before training, as a multiple of that of the pixels."""
    hidden = nn.Sequential(*list(trained.initial.children())[:-1])
    return float((hidden(trained.x_test).square().mean() / trained.x_test.square().mean()).sqrt().detach())


def distinct_units(trained: Trained) -> float:
    """How many units of the first layer have weights of their own after training, to six decimals."""
    return len({tuple(row) for row in (next(trained.model.parameters()).detach() * 1e6).round().tolist()})


def moved(trained: Trained) -> float:
    """The largest change of a weight or bias, leaving out the bias of the last layer."""
    before, after = (list(model.state_dict().values())[:-1] for model in (trained.initial, trained.model))
    return max(float((b - a).abs().max()) for a, b in zip(before, after, strict=True))


def experiment(p: Parameters) -> Experiment:
    """One net with five kinds of starting weights, a shallower one, and softmax regression, without a hidden layer."""
    data = images(p.data)

    def start(weights: Callable[[Tensor], object], hidden: int = p.depth) -> Callable[[], nn.Module]:
        return partial(mlp, [data.pixels, *[p.width] * hidden, data.classes], nn.ReLU, weights)

    sizes = {"signal": signal, "distinct_units": distinct_units, "moved": moved}
    sgd = partial(torch.optim.SGD, lr=p.lr)
    base = Training(data=data.draw, model=start(he), loss=F.cross_entropy, optimizer=sgd, steps=p.steps)
    return Experiment(
        arms={
            "he": base,
            "small": replace(base, model=start(partial(he, factor=1 / p.factor))),
            "large": replace(base, model=start(partial(he, factor=p.factor))),
            "std_1": replace(base, model=start(partial(nn.init.normal_, std=1.0), hidden=2)),
            "zero": replace(base, model=start(nn.init.zeros_)),
            "equal": replace(base, model=start(equal)),
            "no_hidden_layer": replace(base, model=start(nn.init.zeros_, hidden=0)),
        },
        metrics={"accuracy": Trained.accuracy, **sizes, "loss": lambda trained: float(trained.losses[0])},
        claims={
            "he_learns": Claim(lambda arms: arms.he.accuracy, above=0.94),
            "others_do_not": Claim(lambda arms: max(arms.small.accuracy, arms.large.accuracy), below=0.15),
            "std_1_between": Claim(lambda arms: 0.75 <= arms.std_1.accuracy <= 0.9),
            "zero_is_stuck": Claim(
                lambda arms: arms.zero.moved == 0 and abs(arms.zero.loss - math.log(data.classes)) < 1e-6
            ),
            "units_stay_alike": Claim(lambda arms: arms.equal.distinct_units == 1),
            "zero_without_hidden": Claim(lambda arms: arms.no_hidden_layer.accuracy, above=0.93),
        },
    )
