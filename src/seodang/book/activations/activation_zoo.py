"""Which activation functions are there, how do they differ, and how much does the choice matter for accuracy?

Step (Rosenblatt 1958), sigmoid, tanh, ReLU (Nair & Hinton 2010), leaky ReLU (Maas, Hannun & Ng 2013), PReLU (He et al.
2015), ELU (Clevert, Unterthiner & Hochreiter 2016), GELU (Hendrycks & Gimpel 2016), SiLU (Ramachandran, Zoph & Le 2017).
Five hidden layers, He initialization for all (Xavier for sigmoid and tanh), and for each the best of eight learning
rates, 0.01 to 3: the highest median test accuracy on 12 other seeds.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Arms, Claim, Experiment, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Five hidden layers of 64 units, 300 steps of SGD; a tuned learning rate for each activation, times `factor`."""

    data: str = knob("digits", choices=NAMES)
    depth: int = knob(5, low=1, high=50)
    width: int = knob(64, low=1, high=4096)
    factor: float = knob(1.0, above=0, high=100)
    steps: int = knob(300, low=1, high=20_000)


class Step(nn.Module):
    """1 above 0, otherwise 0: the threshold of the first perceptrons. Its gradient is 0 everywhere."""

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        return (x > 0).to(x) + 0 * x


GOOD = ("relu", "leaky", "prelu", "elu", "gelu", "silu", "tanh")
RATES = {"gelu": 0.3, "tanh": 0.5, "step": 0.3}  # the others: 0.1


def outputs(trained: Trained) -> Tensor:
    """(samples, units) what the last hidden layer puts out on test images before training."""
    with torch.no_grad():
        last: Tensor = nn.Sequential(*list(trained.initial.children())[:-1])(trained.x_test)
    return last


def mean(trained: Trained) -> float:
    """The mean of the last hidden outputs as a share of their root mean square."""
    return float(outputs(trained).mean() / outputs(trained).square().mean().sqrt())


def silent(trained: Trained) -> float:
    """The share of the last hidden outputs that are exactly 0."""
    return float((outputs(trained) == 0).float().mean())


def experiment(p: Parameters) -> Experiment:
    """One net with nine activations, each with the initialization and the learning rate that suit it."""
    data = images(p.data)
    sizes = [data.pixels, *[p.width] * p.depth, data.classes]
    he = partial(nn.init.kaiming_normal_, nonlinearity="relu")
    modules: dict[str, Callable[[], nn.Module]] = {
        "relu": nn.ReLU,
        "leaky": nn.LeakyReLU,
        "prelu": partial(nn.PReLU, p.width),
    }
    modules |= {"elu": nn.ELU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "step": Step}
    sgd = partial(partial, torch.optim.SGD)
    base = Training(data=data.draw, model=nn.Identity, loss=F.cross_entropy, optimizer=sgd(lr=1), steps=p.steps)

    def arm(name: str, module: Callable[[], nn.Module]) -> Training:
        weights = nn.init.xavier_normal_ if name in ("tanh", "sigmoid") else he
        return replace(base, model=partial(mlp, sizes, module, weights), optimizer=sgd(lr=p.factor * RATES.get(name, 0.1)))

    def worst(a: Arms) -> float:
        return float(min(getattr(a, name).accuracy for name in GOOD))

    return Experiment(
        arms={name: arm(name, module) for name, module in modules.items()},
        metrics={"accuracy": Trained.accuracy, "mean": mean, "silent": silent},
        claims={
            "close_together": Claim(lambda a: max(getattr(a, name).accuracy for name in GOOD) - worst(a), below=0.03),
            "sigmoid_behind": Claim(lambda a: worst(a) - a.sigmoid.accuracy, above=0.3),
            "step_behind": Claim(lambda a: worst(a) - a.step.accuracy, above=0.03),
        },
    )
