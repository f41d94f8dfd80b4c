"""How do SGD, momentum, RMSprop and Adam differ, and which reads digits best once its rate is tuned?

They are one update with two switches: whether the gradient is averaged, and whether it is divided by its own size (Ruder
2016). The same small net learns digits with each at one rate for all and at the best of six rates: the
highest median test accuracy on 12 other seeds. Two more arms are reductions: what remains of Adam without a mean of the
gradient and without bias correction must be RMSprop, step by step.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Numbers, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """One hidden layer, 300 steps; the rate that all share, and the tuned ones."""

    data: str = knob("digits", choices=NAMES)
    width: int = knob(64, low=1, high=4096)
    shared: float = knob(0.001, above=0, high=10)
    sgd_lr: float = knob(1.0, above=0, high=10)
    momentum_lr: float = knob(0.3, above=0, high=10)
    rmsprop_lr: float = knob(0.01, above=0, high=10)
    adam_lr: float = knob(0.02, above=0, high=10)
    steps: int = knob(300, low=30, high=20_000)


def early(trained: Trained) -> float:
    """The loss of the 20th batch, before its update."""
    return float(trained.losses[19])


def uncorrecting(optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LambdaLR:
    """Undo Adam's correction of the mean square, 1 - 0.99ᵗ: the schedule counts steps from 0."""
    return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: (1 - 0.99 ** (step + 1)) ** -0.5)


def _spread(*arms: Numbers) -> float:
    accuracies = [arm.accuracy for arm in arms]
    return max(accuracies) - min(accuracies)


def experiment(p: Parameters) -> Experiment:
    """Four optimizers at one rate, the same four at tuned rates, and Adam reduced to RMSprop."""
    data = images(p.data)
    momentum = partial(torch.optim.SGD, momentum=0.9)
    base = Training(
        data=data.draw,
        model=partial(mlp, [data.pixels, p.width, data.classes]),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.SGD, lr=p.shared),
        steps=p.steps,
    )

    def by(optimizer: Callable[..., torch.optim.Optimizer], lr: float) -> Training:
        return replace(base, optimizer=partial(optimizer, lr=lr))

    reduced = by(partial(torch.optim.Adam, betas=(0.0, 0.99)), p.shared)
    return Experiment(
        arms={
            "sgd_shared": base,
            "momentum_shared": by(momentum, p.shared),
            "rmsprop_shared": by(torch.optim.RMSprop, p.shared),
            "adam_shared": by(torch.optim.Adam, p.shared),
            "sgd": by(torch.optim.SGD, p.sgd_lr),
            "momentum": by(momentum, p.momentum_lr),
            "rmsprop": by(torch.optim.RMSprop, p.rmsprop_lr),
            "adam": by(torch.optim.Adam, p.adam_lr),
            "adam_reduced": replace(reduced, schedule=uncorrecting),
        },
        metrics={"accuracy": Trained.accuracy, "early": early},
        claims={
            "shared_differ": Claim(lambda a: a.adam_shared.accuracy - a.sgd_shared.accuracy, above=0.2),
            "tuned_agree": Claim(lambda a: _spread(a.sgd, a.momentum, a.rmsprop, a.adam), below=0.02),
            "adam_wins": Claim(lambda a: a.adam.accuracy - max(a.sgd.accuracy, a.momentum.accuracy), above=0),
            "reduces": Claim(lambda a: abs(a.rmsprop_shared.early - a.adam_reduced.early), below=1e-3),
        },
    )
