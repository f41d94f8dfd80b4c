"""Batch normalization in the generator of a toy GAN: what does it gain, and what does it cost at the output?

Radford, Metz & Chintala 2016 advise it in all hidden layers, and not at the generator's output. On images it decides
whether anything is drawn. Here a generator of linear layers, without it, with it in the hidden layers, and also at the
output, draws a ring of eight narrow Gaussians (after Metz et al. 2017), at a learning rate at which each can.
"""

from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from seodang.data.ring import MODES, SPREAD, centres, ring
from seodang.experiment import Claim, Experiment, Trained, Training, Turn, knob
from seodang.models import mlp
from seodang.models.gan import GAN


@dataclass(frozen=True)
class Parameters:
    """Steps in batches of 128, and the learning rate of both players."""

    steps: int = knob(1000, low=1, high=20_000)
    lr: float = knob(0.003, above=0, high=1)


def net(hidden: bool, output: bool) -> GAN:
    """A GAN of two hidden layers of 128 ReLU units each; the discriminator is never normalized."""
    sizes = [2, 128, 128, 2]
    layers: list[nn.Module] = []
    for now, then in pairwise(sizes):
        layers += [nn.Linear(now, then)]
        layers += [nn.BatchNorm1d(then)] if (output if then == 2 else hidden) else []
        layers += [nn.ReLU()] if then != 2 else []
    return GAN(nn.Sequential(*layers), mlp([2, 128, 128, 1]))


@torch.no_grad()
def made(trained: Trained) -> tuple[Tensor, Tensor]:
    """Of 2,000 samples, drawn with the running statistics, whether they are within 4 deviations of a mode, and of which."""
    z = torch.randn(2000, 2, generator=torch.Generator().manual_seed(trained.seed))
    distance, nearest = torch.cdist(trained.model(z), centres()).min(dim=1)
    return distance <= 4 * SPREAD, nearest


def modes(trained: Trained) -> float:
    """Modes that hold at least 2 % of the samples."""
    near, nearest = made(trained)
    return float((torch.bincount(nearest[near], minlength=MODES) >= 0.02 * len(nearest)).sum())


def near(trained: Trained) -> float:
    """The share of samples near a mode."""
    return float(made(trained)[0].float().mean())


def experiment(p: Parameters) -> Experiment:
    """Batch normalization nowhere, in the hidden layers, and at the output, too."""
    adam = partial(torch.optim.Adam, lr=p.lr, betas=(0.5, 0.999))
    against = Turn(lambda model, batch: model.tell_apart(batch.x, batch.noise), adam, of="discriminator")
    forth = Turn(lambda model, batch: model.deceive(batch.noise), adam, of="generator")
    noise = lambda n, generator: torch.randn(n, 2, generator=generator)  # noqa: E731
    plain = Training(
        data=ring, model=partial(net, False, False), turns=(against, forth), noise=noise, steps=p.steps, batch=128
    )
    hidden, output = (replace(plain, model=partial(net, True, at)) for at in (False, True))
    return Experiment(
        arms={"nowhere": plain, "hidden": hidden, "output_too": output},
        metrics={"modes": modes, "near": near},
        claims={
            "hidden_changes_nothing": Claim(lambda a: abs(a.hidden.modes - a.nowhere.modes) <= 1),
            "output_changes_nothing": Claim(lambda a: abs(a.output_too.modes - a.hidden.modes) <= 1),
            "hidden_is_sharper": Claim(lambda a: a.hidden.near - a.nowhere.near, above=0.05),
            "output_is_blurred": Claim(lambda a: a.hidden.near - a.output_too.near, above=0.05),
        },
    )
