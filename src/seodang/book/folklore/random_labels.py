"""Do deep nets generalize because they are regularized, and can they not fit noise?

They fit labels drawn at random to the last one, regularized or not, and on true labels they generalize without any
regularization (Zhang, Bengio, Hardt, Recht & Vinyals 2017). So neither their size nor the penalty is what keeps them from
learning by heart.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.blocks import blocks


@dataclass(frozen=True)
class Parameters:
    """Two hidden layers of 256 units, 500 images, 800 steps of AdamW; weight decay 0.1 and dropout 0.2 where regularized."""

    data: str = knob("digits", choices=NAMES)
    images: int = knob(500, low=20, high=60_000)
    decay: float = knob(0.1, low=0, high=10)
    drop: float = knob(0.2, low=0, below=1)
    steps: int = knob(800, low=1, high=20_000)


def experiment(p: Parameters) -> Experiment:
    """True and random labels, each without regularization, and with weight decay and dropout."""
    data = images(p.data)

    def labelled(generator: torch.Generator, random: float) -> Split:
        return data.draw(generator).first(p.images).noisy(random, data.classes, generator)

    net = partial(blocks, [data.pixels, 256, 256, data.classes])
    adam = partial(torch.optim.AdamW, lr=2e-3, weight_decay=0.0)
    drop = partial(net, [nn.ReLU, partial(nn.Dropout, p.drop)])
    true = Training(
        data=partial(labelled, random=0.0),
        model=partial(net, [nn.ReLU]),
        loss=F.cross_entropy,
        optimizer=adam,
        steps=p.steps,
    )
    regularized = replace(true, model=drop, optimizer=partial(torch.optim.AdamW, lr=2e-3, weight_decay=p.decay))
    noise = partial(labelled, random=1.0)
    return Experiment(
        arms={
            "true": true,
            "true_regularized": regularized,
            "random": replace(true, data=noise),
            "random_regularized": replace(regularized, data=noise),
        },
        metrics={"fitted": Trained.train_accuracy, "accuracy": Trained.accuracy},
        claims={
            "noise_is_fitted": Claim(lambda arms: arms.random.fitted, above=0.99),
            "regularized_too": Claim(lambda arms: arms.random_regularized.fitted, above=0.9),
            "works_without": Claim(lambda arms: arms.true.accuracy, above=0.9),
            "regularization_adds_little": Claim(
                lambda arms: arms.true_regularized.accuracy - arms.true.accuracy, below=0.02
            ),
        },
    )
