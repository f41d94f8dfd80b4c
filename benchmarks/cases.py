"""The work every contender does: some replicas of one training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.experiment import Training
from seodang.models import mlp
from seodang.models.recurrent import lstm

Draw = Callable[[torch.Generator], tuple[Tensor, Tensor, Tensor, Tensor]]
ADAM = partial(torch.optim.Adam, lr=1e-3)


@dataclass(frozen=True)
class Case:
    """A training, how many replicas of it, and how many steps one timing takes."""

    name: str
    training: Training
    replicas: int
    steps: int
    hidden: tuple[int, ...] | None = None
    """Hidden layers, where scikit-learn's MLPClassifier can do the same work."""


def made(samples: int, shape: tuple[int, ...], classes: int, generator: torch.Generator) -> tuple[Tensor, ...]:
    """Random inputs and classes: how fast a step is does not depend on what is learned."""
    x = torch.rand(samples, *shape, generator=generator)
    y = torch.randint(classes, (samples,), generator=generator)
    return x, y, x[:10], y[:10]


def sequences(samples: int, length: int, generator: torch.Generator) -> tuple[Tensor, ...]:
    """(samples, length, 2) inputs and (samples, 1) targets."""
    x, y = torch.rand(samples, length, 2, generator=generator), torch.rand(samples, 1, generator=generator)
    return x, y, x[:10], y[:10]


def pictures(samples: int, pixels: int, generator: torch.Generator) -> tuple[Tensor, ...]:
    """Inputs that are their own targets."""
    x = torch.rand(samples, pixels, generator=generator)
    return x, x, x[:10], x[:10]


def cnn(side: int) -> nn.Module:
    """Two blocks of convolution, batch normalization, ReLU and pooling, and a linear read-out."""
    blocks = []
    for inputs, outputs in ((1, 16), (16, 32)):
        blocks += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(32 * (side // 4) ** 2, 10))


def trained_on(data: Draw, model: Callable[[], nn.Module], batch: int, loss: Callable[..., Tensor]) -> Training:
    """A training with Adam; steps are the benchmark's affair."""
    return Training(data=data, model=model, loss=loss, optimizer=ADAM, steps=1, batch=batch)


def dense(sizes: tuple[int, ...], samples: int, batch: int, activation: type[nn.Module] = nn.ReLU) -> Training:
    """A multilayer perceptron that classifies."""
    data = partial(made, samples, sizes[:1], sizes[-1])
    return trained_on(data, partial(mlp, sizes, activation), batch, F.cross_entropy)  # type: ignore[arg-type]


def cases(quick: bool = False) -> list[Case]:
    """Every case, or for a quick look the first few with few steps."""
    digits = (64, 64, 64, 10)
    listed = [Case(f"digits MLP, batch 32, R={r}", dense(digits, 1347, 32), r, 2000 // r, (64, 64)) for r in (5, 20, 100)]
    listed += [Case(f"digits MLP, batch 128, R={r}", dense(digits, 1347, 128), r, 1200 // r, (64, 64)) for r in (5, 20, 100)]
    deep = (64, *[64] * 20, 10)
    listed.append(Case("20-layer tanh MLP, batch 128, R=20", dense(deep, 1347, 128, nn.Tanh), 20, 12, (64,) * 20))
    listed += [
        Case(f"784-256-10, batch 256, R={r}", dense((784, 256, 10), 10_000, 256), r, 80 // r, (256,)) for r in (5, 20)
    ]
    for side, batch, counts in ((8, 64, (5, 20)), (28, 128, (5,))):
        convolution = trained_on(partial(made, 1347, (1, side, side), 10), partial(cnn, side), batch, F.cross_entropy)  # type: ignore[arg-type]
        listed += [
            Case(f"CNN {side}x{side} + BN, batch {batch}, R={r}", convolution, r, max(3, 8 * 64 // side // r))
            for r in counts
        ]
    recurrent = trained_on(partial(sequences, 1000, 64), partial(lstm, 2, 64, 1), 64, F.mse_loss)  # type: ignore[arg-type]
    listed.append(Case("LSTM 64, 64 steps, batch 64, R=10", recurrent, 10, 4))
    coder = trained_on(partial(pictures, 1347, 64), partial(mlp, (64, 64, 8, 64, 64)), 32, F.mse_loss)  # type: ignore[arg-type]
    listed.append(Case("autoencoder 64-64-8-64-64, batch 32, R=20", coder, 20, 60))
    return listed[:2] if quick else listed
