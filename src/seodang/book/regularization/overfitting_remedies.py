"""What can be done about overfitting, how much does each remedy give, and what is regularization?

Goodfellow, Bengio & Courville 2016, 5.2.2: regularization is any change to learning meant to lower the test error and not
the training error. A net has time to memorize labels of which 40 % were redrawn; each arm adds one remedy (chapter 7
there).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Arms, Batch, Claim, EarlyStopping, Experiment, Trained, Training, Turn, knob
from seodang.models.blocks import blocks
from seodang.models.mixup import mixup_loss, shares

GAINS = {"dropout": 0.08, "stopped": 0.08, "decay": 0.08, "noise": 0.10, "mixup": 0.06, "smoothing": 0.0}
"""What the claims ask of each remedy that leaves the data alone: accuracy over the bare net."""


@dataclass(frozen=True)
class Parameters:
    """Two hidden layers, Adam at 0.003; a share of the training labels redrawn, and a quarter of the data for comparison."""

    data: str = knob("digits", choices=NAMES)
    redrawn: float = knob(0.4, low=0, high=1)
    steps: int = knob(700, low=1, high=20_000)


def with_noise(model: Callable[[Tensor], Tensor], batch: Batch) -> Tensor:
    """The loss on pixels with noise of deviation 0.3."""
    return F.cross_entropy(model(batch.x + 0.3 * batch.noise), batch.y)


def mixed(model: Callable[[Tensor], Tensor], batch: Batch) -> Tensor:
    """The loss on blends of two images and their labels."""
    return mixup_loss(model, batch.x, batch.y, batch.noise)


def gain(name: str, a: Arms) -> float:
    """How much more accurate the net with this remedy is than the bare one."""
    return float(getattr(a, name).accuracy - a.bare.accuracy)


def regularizers(a: Arms) -> int:
    """How many of seven methods fit the training labels no better than the bare net, and the test set better."""
    return sum(getattr(a, n).train_accuracy <= a.bare.train_accuracy and gain(n, a) > 0 for n in (*GAINS, "norm"))


def experiment(p: Parameters) -> Experiment:
    """The bare net, seven methods, and a quarter of the data; on clean labels bare and with dropout."""
    data = images(p.data)

    def noisy(part: int, generator: torch.Generator) -> Split:
        split = data.draw(generator)
        return split.first(len(split.x_train) // part).noisy(p.redrawn, data.classes, generator)

    net = partial(blocks, [data.pixels, 256, 256, data.classes])
    adam, drop = partial(torch.optim.AdamW, lr=3e-3, weight_decay=0), partial(nn.Dropout, 0.5)
    relu = partial(net, [nn.ReLU])
    bare = Training(data=partial(noisy, 1), model=relu, loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    turned = replace(bare, loss=None, optimizer=None, turns=(Turn(with_noise, adam),))
    dropped = replace(bare, model=partial(net, [nn.ReLU, drop]))
    return Experiment(
        arms={
            "bare": bare,
            "dropout": dropped,
            "stopped": replace(bare, stopping=EarlyStopping(every=20, patience=5)),
            "decay": replace(bare, optimizer=partial(adam, weight_decay=1.0)),
            "noise": replace(turned, noise=lambda n, generator: torch.randn(n, data.pixels, generator=generator)),
            "mixup": replace(turned, turns=(Turn(mixed, adam),), noise=shares),
            "smoothing": replace(bare, loss=partial(F.cross_entropy, label_smoothing=0.2)),
            "norm": replace(bare, model=partial(net, [partial(nn.BatchNorm1d, 256), nn.ReLU])),
            "quarter": replace(bare, data=partial(noisy, 4)),
            "clean": replace(bare, data=data.draw),
            "clean_dropout": replace(dropped, data=data.draw),
        },
        metrics={"accuracy": Trained.accuracy, "train_accuracy": Trained.train_accuracy},
        claims={
            **{f"{name}_gains": Claim(partial(gain, name), above=least) for name, least in GAINS.items()},
            "norm_harms": Claim(partial(gain, "norm"), below=-0.03),
            "data_gains": Claim(lambda a: a.bare.accuracy - a.quarter.accuracy, above=0.08),
            "clean_same": Claim(lambda a: abs(a.clean_dropout.accuracy - a.clean.accuracy), below=0.01),
            "regularize": Claim(lambda a: regularizers(a) >= 4),
        },
    )
