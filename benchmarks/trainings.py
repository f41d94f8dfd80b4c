"""A case as a `Training` of Seodang, and its networks as ordinary modules of PyTorch."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.cases import Case
from benchmarks.data import made
from benchmarks.nets import Adversarial, Convolutional, Dense, Recurrent
from seodang.experiment import Batch, Training, Turn
from seodang.models import mlp
from seodang.models.recurrent import lstm

ADAM = partial(torch.optim.Adam, lr=1e-3)
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


def training(case: Case, steps: int = 1) -> Training:
    """What Seodang is given to train."""
    base = partial(Training, data=partial(draw, case), model=partial(module, case), steps=steps, batch=case.batch)
    if isinstance(case.net, Adversarial):
        turns = (Turn(judging, ADAM, of="discriminator"), Turn(forging, ADAM, of="generator"))
        return base(turns=turns, noise=partial(noise, case.net.generator[0]))
    classifies = isinstance(case.net, Convolutional) or (isinstance(case.net, Dense) and case.net.classifies)
    return base(loss=F.cross_entropy if classifies else F.mse_loss, optimizer=ADAM)


def draw(case: Case, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Training samples and targets; of the test set, which no contender looks at, ten are enough."""
    seed = int(torch.randint(2**31, (), generator=generator))
    x, y = (torch.from_numpy(part) for part in made(case, np.random.default_rng(seed)))
    return x, y, x[:10], y[:10]


def module(case: Case) -> nn.Module:
    """The network of a case."""
    net = case.net
    if isinstance(net, Dense):
        return mlp(net.sizes, ACTIVATIONS[net.activation])
    if isinstance(net, Convolutional):
        return cnn(net)
    if isinstance(net, Recurrent):
        return lstm(net.features, net.hidden, net.outputs)
    return Gan(net)


def cnn(net: Convolutional) -> nn.Module:
    """Two blocks of convolution, batch normalization, ReLU and pooling, and a linear read-out."""
    blocks: list[nn.Module] = []
    for inputs, outputs in ((1, net.channels[0]), net.channels):
        blocks += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(net.flat, net.classes))


class Gan(nn.Module):
    """A generator of samples from noise and the discriminator that judges them."""

    def __init__(self, net: Adversarial) -> None:
        super().__init__()
        self.generator = mlp(net.generator)
        self.discriminator = mlp(net.discriminator)


def judging(gan: Gan, batch: Batch) -> Tensor:
    """The discriminator's loss: real samples are to score high, generated ones low."""
    real, generated = gan.discriminator(batch.x), gan.discriminator(gan.generator(batch.noise).detach())
    return F.softplus(-real).mean() + F.softplus(generated).mean()


def forging(gan: Gan, batch: Batch) -> Tensor:
    """The generator's loss, non-saturating (Goodfellow et al. 2014, section 3): what it makes is to score high."""
    return F.softplus(-gan.discriminator(gan.generator(batch.noise))).mean()


def noise(width: int, samples: int, generator: torch.Generator) -> Tensor:
    """(samples, width) what the generator makes samples of."""
    return torch.randn(samples, width, generator=generator)
