"""How should the learning rate change when the batch size changes?

k times the batch means 1/k of the steps an epoch. As long as the loss hardly bends along k small steps, one step k times as
long does the same: the linear scaling rule (Goyal et al. 2017). It ends where the long step meets the curvature (Shallue et
al. 2019). Adam divides by the size of the gradient, which noise dominates in small batches, and noise falls with the root of
the batch: its rule is the square root (Malladi et al. 2022). Every arm sees the same images, six epochs of digits.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp

IMAGES = 1_347


@dataclass(frozen=True)
class Parameters:
    """The rates of the small batches, 8 for SGD and 1 for Adam, and the epochs."""

    data: str = knob("digits", choices=NAMES)
    lr: float = knob(0.02, above=0, high=10)
    adam_lr: float = knob(0.0001, above=0, high=1)
    epochs: int = knob(6, low=1, high=100)


def experiment(p: Parameters) -> Experiment:
    """SGD from batches of 8 up, scaled linearly or not; Adam from single images up, by the root or linearly."""
    data = images(p.data)

    sgd, adam = partial(partial, torch.optim.SGD), partial(partial, torch.optim.Adam)

    def sees(batch: int, training: Training) -> Training:
        return replace(training, batch=batch, steps=p.epochs * IMAGES // batch)

    base = Training(
        data=data.draw,
        model=partial(mlp, [data.pixels, 64, data.classes]),
        loss=F.cross_entropy,
        optimizer=sgd(lr=p.lr),
        steps=1,
    )
    small, single = sees(8, base), sees(1, replace(base, optimizer=adam(lr=p.adam_lr)))
    kept_16, kept_64, adam_16 = sees(128, small), sees(512, small), sees(16, single)
    return Experiment(
        arms={
            "small": small,
            "times_16_kept": kept_16,
            "times_16": replace(kept_16, optimizer=sgd(lr=16 * p.lr)),
            "times_64_kept": kept_64,
            "times_64": replace(kept_64, optimizer=sgd(lr=64 * p.lr)),
            "adam": single,
            "adam_kept": adam_16,
            "adam_root": replace(adam_16, optimizer=adam(lr=4 * p.adam_lr)),
            "adam_linear": replace(adam_16, optimizer=adam(lr=16 * p.adam_lr)),
        },
        metrics={"loss": Trained.test_loss, "accuracy": Trained.accuracy},
        claims={
            "linear_matches": Claim(lambda a: abs(a.times_16.loss - a.small.loss), below=0.05),
            "kept_falls_behind": Claim(lambda a: a.small.accuracy - a.times_16_kept.accuracy, above=0.3),
            "linear_ends": Claim(lambda a: a.times_64.loss - a.small.loss, above=0.3),
            "adam_takes_the_root": Claim(
                lambda a: abs(a.adam_linear.loss - a.adam.loss) - abs(a.adam_root.loss - a.adam.loss), above=0
            ),
        },
    )
