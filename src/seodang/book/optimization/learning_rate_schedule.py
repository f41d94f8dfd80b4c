"""When and why should the learning rate be lowered during training?

SGD at a constant rate does not come to rest: the noise of the batches keeps it at a distance that grows with the rate,
while a small rate has a long way to go (Robbins & Monro 1951). A linear regression of 20 weights, in batches of 4, shows
both exactly: six constant rates, and three ways of lowering the largest but one (cosine: Loshchilov & Hutter 2017). A
network on digits is trained at a constant rate and with the same rate lowered.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch.optim.lr_scheduler import LambdaLR

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp
from seodang.models.linear import linear_from_zero
from seodang.models.optimizers.schedules import cosine, staircase

WEIGHTS = 20


@dataclass(frozen=True)
class Parameters:
    """The largest constant rate of the regression, each further one half of it; steps; the noise; the network's rate."""

    lr: float = knob(0.064, above=0, high=0.5)
    steps: int = knob(1_000, low=20, high=100_000)
    noise: float = knob(0.5, low=0, high=10)
    net_lr: float = knob(0.5, above=0, high=10)


def regression(generator: torch.Generator, noise: float) -> Split:
    """(20000, 20) inputs and noisy (20000, 1) targets of a linear map; the test asks for each of its weights."""
    w, x = 5 * torch.randn(WEIGHTS, 1, generator=generator), torch.randn(20_000, WEIGHTS, generator=generator)
    return Split(x, x @ w + noise * torch.randn(20_000, 1, generator=generator), torch.eye(WEIGHTS), w)


def experiment(p: Parameters) -> Experiment:
    """Constant rates against lowered ones."""
    sgd = partial(partial, torch.optim.SGD)
    first = Training(
        data=partial(regression, noise=p.noise),
        model=partial(linear_from_zero, WEIGHTS, 1),
        loss=F.mse_loss,
        optimizer=sgd(lr=p.lr),
        steps=p.steps,
        batch=4,
    )
    half = replace(first, optimizer=sgd(lr=p.lr / 2))
    net = replace(
        half, data=digits, model=partial(mlp, [64, 64, 10]), loss=F.cross_entropy, optimizer=sgd(lr=p.net_lr), batch=8
    )

    def lowered(training: Training, factor: Callable[..., float], **settings: int) -> Training:
        return replace(training, schedule=partial(LambdaLR, lr_lambda=partial(factor, **settings)))

    rates = {f"rate_{k}": replace(first, optimizer=sgd(lr=p.lr / k)) for k in (1, 2, 4, 8, 16, 32)}
    return Experiment(
        arms={
            **rates,
            "cosine": lowered(half, cosine, steps=p.steps),
            "stairs": lowered(half, staircase, every=p.steps // 2),
            "early": lowered(half, staircase, every=p.steps // 20),
            "net": net,
            "net_cosine": lowered(net, cosine, steps=p.steps),
        },
        metrics={"loss": Trained.test_loss},
        claims={
            "floor_grows": Claim(lambda a: a.rate_2.loss / a.rate_4.loss, above=1.5),
            "small_is_late": Claim(lambda a: a.rate_32.loss / a.rate_16.loss, above=1.5),
            "lowering_wins": Claim(lambda a: a.cosine.loss / min(getattr(a, rate).loss for rate in rates), below=1),
            "too_early_loses": Claim(lambda a: a.early.loss / a.stairs.loss, above=2),
            "net_as_well": Claim(lambda a: a.net_cosine.loss / a.net.loss, below=1),
        },
    )
