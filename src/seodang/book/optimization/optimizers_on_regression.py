"""A regression assignment compares SGD, momentum and Adam: does Adam really win?

Adam divides each parameter's step by the size of that parameter's own gradients (Kingma & Ba 2015); SGD has one rate for
all, bounded by the sharpest direction. One rate for three optimizers compares how well the rate suits each (Choi et al.
2019), so every optimizer also runs at the best of eleven rates, 0.00056 to 0.18, four a decade: the lowest median test
error on 12 other seeds, among the rates at which none of them diverged. All arms of a seed begin with the same weights,
except `*_default`, where they are drawn as torch does, biases too, and the rate is tuned anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.wave import wave
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp

Optimizer = Callable[..., torch.optim.Optimizer]


@dataclass(frozen=True)
class Parameters:
    """The assignment: 1-64-64-1 with tanh, 1,000 steps of 64 points; one rate for all, and the tuned ones."""

    lr: float = knob(0.01, above=0, high=10)
    sgd_lr: float = knob(0.018, above=0, high=10)
    momentum_lr: float = knob(0.032, above=0, high=10)
    adam_lr: float = knob(0.018, above=0, high=10)
    steps: int = knob(1_000, low=1, high=20_000)
    noise: float = knob(0.0, low=0, high=1)


def experiment(p: Parameters) -> Experiment:
    """Three optimizers at one rate, at tuned rates, and at tuned rates from another start."""
    sgd, adam = torch.optim.SGD, torch.optim.Adam
    momentum = partial(sgd, momentum=0.9)
    he = partial(nn.init.kaiming_normal_, nonlinearity="tanh")
    base = Training(
        data=partial(wave, noise=p.noise),
        model=partial(mlp, [1, 64, 64, 1], nn.Tanh, he),
        loss=F.mse_loss,
        optimizer=partial(sgd, lr=p.lr),
        steps=p.steps,
    )

    def by(optimizer: Optimizer, lr: float) -> Training:
        return replace(base, optimizer=partial(optimizer, lr=lr))

    def from_default(optimizer: Optimizer, lr: float) -> Training:
        return replace(by(optimizer, lr), model=partial(mlp, [1, 64, 64, 1], nn.Tanh))

    return Experiment(
        arms={
            "sgd": base,
            "momentum": by(momentum, p.lr),
            "adam": by(adam, p.lr),
            "sgd_tuned": by(sgd, p.sgd_lr),
            "momentum_tuned": by(momentum, p.momentum_lr),
            "adam_tuned": by(adam, p.adam_lr),
            "sgd_default": from_default(sgd, 0.1),
            "momentum_default": from_default(momentum, 0.1),
            "adam_default": from_default(adam, 0.01),
        },
        metrics={"loss": Trained.test_loss},
        claims={
            "adam_ahead_shared": Claim(lambda a: a.sgd.loss / a.adam.loss, above=3),
            "adam_ahead_tuned": Claim(lambda a: a.sgd_tuned.loss / a.adam_tuned.loss, above=2),
            "tuning_narrows": Claim(
                lambda a: (a.sgd_tuned.loss / a.adam_tuned.loss) / (a.sgd.loss / a.adam.loss), below=0.5
            ),
            "start_narrows": Claim(
                lambda a: (a.sgd_default.loss / a.adam_default.loss) / (a.sgd_tuned.loss / a.adam_tuned.loss), below=0.5
            ),
        },
    )
