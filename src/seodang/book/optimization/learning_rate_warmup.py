"""Why begin with a small learning rate and warm it up?

A rate is stable where no curvature exceeds 2 / rate, and the random start of a net may be sharper than that (Goyal et al.
2017). The usual account is that small steps lead out of the sharp region before the rate is large (Gilmer et al. 2022); what
is measured here is the sharpness at the start and at the end, and who has learned. A tanh net and softmax regression, each
at once at a rate of 1 and warmed up to it over 60 of 200 steps; the tanh net also at once at a third of that rate, and
warmed up to three times that rate.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp
from seodang.models.optimizers.schedules import warm_up


@dataclass(frozen=True)
class Parameters:
    """The rate, the steps, and how many of them are the warm-up."""

    lr: float = knob(1.0, above=0, high=100)
    steps: int = knob(200, low=2, high=20_000)
    warm: int = knob(60, low=1, high=20_000)


def sharpness(trained: Trained, initially: bool = False) -> float:
    """The largest eigenvalue of the training loss's Hessian, by 20 products with it."""
    net = trained.initial if initially else trained.model
    weights = [*net.parameters()]
    slopes = torch.autograd.grad(F.cross_entropy(net(trained.x_train), trained.y_train), weights, create_graph=True)
    way = [torch.ones_like(weight) for weight in weights]
    for _ in range(20):
        length = nn.utils.parameters_to_vector(way).norm()
        way = list(torch.autograd.grad(slopes, weights, [part / length for part in way], retain_graph=True))
    return float(nn.utils.parameters_to_vector(way).norm())


def experiment(p: Parameters) -> Experiment:
    """Two nets at once and warmed up; the tanh net also at once at a smaller rate, and warmed up to a larger one."""
    sgd = partial(partial, torch.optim.SGD)
    tanh = Training(
        data=digits,
        model=partial(mlp, [64, 64, 64, 10], nn.Tanh, nn.init.xavier_normal_),
        loss=F.cross_entropy,
        optimizer=sgd(lr=p.lr),
        steps=p.steps,
    )
    softmax = replace(tanh, model=partial(nn.Linear, 64, 10))

    def warmed(training: Training) -> Training:
        return replace(training, schedule=partial(LambdaLR, lr_lambda=partial(warm_up, steps=p.warm)))

    return Experiment(
        arms={
            "tanh": tanh,
            "tanh_warm": warmed(tanh),
            "smaller": replace(tanh, optimizer=sgd(lr=p.lr / 3)),
            "larger_warm": warmed(replace(tanh, optimizer=sgd(lr=3 * p.lr))),
            "softmax": softmax,
            "softmax_warm": warmed(softmax),
        },
        metrics={
            "accuracy": Trained.accuracy,
            "loss": Trained.test_loss,
            "start": partial(sharpness, initially=True),
            "end": sharpness,
        },
        claims={
            "fails_at_once": Claim(lambda a: a.tanh.accuracy, below=0.5),
            "warm_up_rescues": Claim(lambda a: a.tanh_warm.accuracy, above=0.9),
            "start_is_too_sharp": Claim(lambda a: a.tanh.start > 2 / p.lr > a.tanh_warm.end),
            "larger_fails": Claim(lambda a: a.larger_warm.accuracy, below=0.5),
            "smaller_needs_none": Claim(lambda a: abs(a.tanh_warm.accuracy - a.smaller.accuracy), below=0.02),
            "softmax_does_not_care": Claim(lambda a: abs(a.softmax_warm.accuracy - a.softmax.accuracy), below=0.02),
        },
    )
