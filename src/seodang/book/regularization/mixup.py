"""What is mixup, is it the same as label smoothing, and when does it help?

Zhang, Cisse, Dauphin & Lopez-Paz 2018: train on share · x1 + (1 - share) · x2 with the labels mixed alike. The cross-
entropy is linear in the target, so the loss is the same mix of two ordinary losses. Beside it label smoothing, with which
it is often confused: that one leaves the inputs alone.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Batch, Claim, Experiment, Trained, Training, Turn, knob
from seodang.models import mlp
from seodang.models.mixup import blended, mixup_loss, shares


@dataclass(frozen=True)
class Parameters:
    """64-256-256-10, Adam at 0.003; a share of the labels redrawn, or 300 clean ones."""

    data: str = knob("digits", choices=NAMES)
    redrawn: float = knob(0.4, low=0, high=1)
    steps: int = knob(700, low=1, high=20_000)


def unmixed_loss(eps: float, model: Callable[[Tensor], Tensor], batch: Batch) -> Tensor:
    """The cross-entropy with label smoothing; the shares drawn with the batch are not used."""
    return F.cross_entropy(model(batch.x), batch.y, label_smoothing=eps)


def mixed_loss(model: Callable[[Tensor], Tensor], batch: Batch) -> Tensor:
    """Each image blended with the one before it in the shuffled batch."""
    return mixup_loss(model, batch.x, batch.y, batch.noise)


def linear(trained: Trained) -> float:
    """The loss against mixed one-hot targets minus the mix of the two losses, on 64 training images."""
    x, y, model = trained.x_train[:64].double(), trained.y_train[:64], copy.deepcopy(trained.model).double()
    share = shares(64, torch.Generator().manual_seed(trained.seed)).double()
    with torch.no_grad():
        mixed = F.cross_entropy(model(blended(x, share)), blended(F.one_hot(y, 10).double(), share))
        return float((mixed - mixup_loss(model, x, y, share)).abs())


def between(trained: Trained) -> float:
    """How far the probability of the own class is from 1/2 halfway between two test images of different classes."""
    x, y = trained.x_test, trained.y_test
    with torch.no_grad():
        middle = trained.model((x + x.roll(1, 0)) / 2).softmax(-1)
    other = y != y.roll(1, 0)
    return float((middle.gather(-1, y[:, None])[:, 0] - 0.5).abs()[other].mean())


def experiment(p: Parameters) -> Experiment:
    """Plain, smoothed and mixed on redrawn labels; plain and mixed on few clean ones."""
    data = images(p.data)

    def redrawn(generator: torch.Generator) -> Split:
        return data.draw(generator).noisy(p.redrawn, data.classes, generator)

    def few(generator: torch.Generator) -> Split:
        return data.draw(generator).first(300)

    def turn(loss: Callable[[Callable[[Tensor], Tensor], Batch], Tensor]) -> tuple[Turn, ...]:
        return (Turn(loss, partial(torch.optim.Adam, lr=3e-3)),)

    net, unmixed = partial(mlp, [data.pixels, 256, 256, data.classes]), turn(partial(unmixed_loss, 0))
    plain = Training(data=redrawn, model=net, turns=unmixed, steps=p.steps, noise=shares)
    mixed = replace(plain, turns=turn(mixed_loss))
    return Experiment(
        arms={
            "plain": plain,
            "smooth": replace(plain, turns=turn(partial(unmixed_loss, 0.1))),
            "mixed": mixed,
            "clean": replace(plain, data=few),
            "clean_mixed": replace(mixed, data=few),
        },
        metrics={"accuracy": Trained.accuracy, "between": between, "linear": linear},
        claims={
            "mix_of_losses": Claim(lambda a: max(a.plain.linear, a.mixed.linear), below=1e-6),
            "wrong_labels": Claim(lambda a: a.mixed.accuracy - a.plain.accuracy, above=0.06),
            "more_than_smoothing": Claim(lambda a: a.mixed.accuracy - a.smooth.accuracy, above=0.03),
            "clean_same": Claim(lambda a: abs(a.clean_mixed.accuracy - a.clean.accuracy), below=0.02),
        },
    )
