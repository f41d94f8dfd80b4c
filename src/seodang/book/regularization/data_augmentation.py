"""What does data augmentation buy, and when does it harm?

Simard, Steinkraus & Platt 2003: copies changed in a way that keeps their class teach the net that the change does not
matter. A small convolutional net learns digits as they are, moved by up to a pixel, or mirrored at random, which does not
keep the class of a digit; it is tested on images as they are and on images moved by one pixel.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Batch, Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.augmentation import everywhere, mirrored, shifted
from seodang.models.small_conv import pooled


@dataclass(frozen=True)
class Parameters:
    """Two convolutions with pooling, Adam at 0.003, batches of 64."""

    filters: int = knob(8, low=1, high=256)
    lr: float = knob(3e-3, above=0, high=1)
    steps: int = knob(400, low=1, high=20_000)


def pictures(generator: torch.Generator) -> Split:
    """A fresh split of the digits as (n, 1, 8, 8) pictures."""
    split = digits(generator)
    return split._replace(x_train=split.x_train.view(-1, 1, 8, 8), x_test=split.x_test.view(-1, 1, 8, 8))


def as_is(x: Tensor, _: Tensor) -> Tensor:
    """No augmentation."""
    return x


def changed(change: Callable[[Tensor, Tensor], Tensor], model: Callable[[Tensor], Tensor], batch: Batch) -> Tensor:
    """The loss on images changed at random; the batch's noise chooses how."""
    return F.cross_entropy(model(change(batch.x, batch.noise)), batch.y)


def moved_accuracy(trained: Trained) -> float:
    """The accuracy on test images moved by a pixel in one of the eight directions, each of them in all eight."""
    with torch.no_grad():
        ways = [way for place, way in enumerate(everywhere(trained.x_test)) if place != 4]  # 4 is not moved
        return float(torch.stack([(trained.model(way).argmax(-1) == trained.y_test).float().mean() for way in ways]).mean())


def experiment(p: Parameters) -> Experiment:
    """As they are, moved, mirrored."""
    net = partial(pooled, "maximum", [p.filters, 2 * p.filters])
    adam = partial(torch.optim.Adam, lr=p.lr)

    def turn(change: Callable[[Tensor, Tensor], Tensor]) -> tuple[Turn, ...]:
        return (Turn(partial(changed, change), adam),)

    plain = Training(
        data=pictures,
        model=net,
        turns=turn(as_is),
        steps=p.steps,
        noise=lambda samples, generator: torch.rand(samples, generator=generator),
    )
    moved = replace(plain, turns=turn(shifted))
    return Experiment(
        arms={
            "plain": plain,
            "moved": moved,
            "moved_longer": replace(moved, steps=5 * p.steps),
            "mirrored": replace(plain, turns=turn(mirrored)),
        },
        metrics={"accuracy": Trained.accuracy, "moved_accuracy": moved_accuracy},
        claims={
            "shift_learned": Claim(lambda a: a.moved.moved_accuracy - a.plain.moved_accuracy, above=0.25),
            "clean_same": Claim(lambda a: abs(a.moved.accuracy - a.plain.accuracy), below=0.02),
            "time_repays": Claim(lambda a: a.moved_longer.accuracy - a.moved.accuracy, above=0.01),
            "mirror_harms": Claim(lambda a: a.plain.accuracy - a.mirrored.accuracy, above=0.01),
        },
    )
