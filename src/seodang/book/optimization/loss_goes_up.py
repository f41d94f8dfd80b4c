"""Why does the loss sometimes go up during training?

Gradient descent on the whole set with a rate below 2/L cannot raise the loss (Nesterov 2004). It rises when the step is too
long, when a minibatch's gradient is not the loss's (Bottou, Curtis & Nocedal 2018), when momentum carries on past the
bottom; and the plotted loss rises because it is that of another batch each time. Softmax regression from zero on digits:
both losses are looked at after each of 200 steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """A rate well below the limit of 2/L, one above it, and the steps."""

    data: str = knob("digits", choices=NAMES)
    lr: float = knob(0.1, above=0, high=100)
    too_large: float = knob(6.0, above=0, high=100)
    steps: int = knob(200, low=2, high=10_000)


def rises(losses: list[float]) -> float:
    """The share of steps after which the loss is higher than before."""
    curve = torch.tensor(losses)
    return float((curve[1:] > curve[:-1]).float().mean())


def trained(p: Parameters, seed: int, batch: int = 0, lr: float | None = None, momentum: float = 0.0) -> Mapping[str, float]:
    """How often the loss of the whole training set rises, and how often that of the batches; batch 0 is the whole set."""
    data, generator = images(p.data), torch.Generator().manual_seed(seed)
    x, y, *_ = data.draw(generator)
    weight, velocity = torch.zeros(data.classes, data.pixels), torch.zeros(data.classes, data.pixels)
    whole: list[float] = []
    plotted: list[float] = []

    def slope(weight: Tensor, rows: Tensor | slice) -> Tensor:
        error = F.linear(x[rows], weight).softmax(1) - F.one_hot(y[rows], data.classes)
        return error.T @ x[rows] / len(error)

    for _ in range(p.steps):
        rows = torch.randperm(len(x), generator=generator)[:batch] if batch else slice(None)
        whole.append(float(F.cross_entropy(F.linear(x, weight), y)))
        plotted.append(float(F.cross_entropy(F.linear(x[rows], weight), y[rows])))
        velocity = momentum * velocity + slope(weight, rows)
        weight = weight - (p.lr if lr is None else lr) * velocity
    return {"rises": rises(whole), "plotted": rises(plotted), "loss": whole[-1]}


def experiment(p: Parameters) -> Experiment:
    """The whole set, then smaller batches; the whole set at too large a rate, and with momentum."""
    arm = partial(trained, p)
    return Experiment(
        arms={
            "whole": arm,
            "batch_128": partial(arm, batch=128),
            "batch_16": partial(arm, batch=16),
            "batch_1": partial(arm, batch=1),
            "too_large": partial(arm, lr=p.too_large),
            "faster": partial(arm, lr=10 * p.lr),
            "momentum": partial(arm, lr=10 * p.lr, momentum=0.9),
        },
        metrics={name: itemgetter(name) for name in ("rises", "plotted", "loss")},
        claims={
            "whole_never_rises": Claim(lambda a: a.whole.rises == 0),
            "one_rises_often": Claim(lambda a: a.batch_1.rises, above=0.2),
            "large_batch_hardly": Claim(lambda a: a.batch_128.rises, below=0.02),
            "plot_misleads": Claim(lambda a: a.batch_128.plotted, above=0.3),
            "long_steps_raise": Claim(lambda a: a.too_large.rises, above=0.05),
            "momentum_raises": Claim(lambda a: a.momentum.rises > 0 and a.faster.rises == 0),
        },
    )
