"""Does batch normalization regularize by itself?

Mean and variance of a minibatch are noisy, and noise regularizes (Luo, Wang, Shao & Peng 2019 derive how). But a normalized
net also fits faster, and what it fits includes wrong labels. On noisy digits both sides are measured: with and without
normalization, in batches of 64 and of 16, and in batches of 16 for as many passes over the data as in batches of 64.
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
    """Two hidden layers of 128 units, 40 % of the training labels redrawn, Adam; 600 steps of 64 images, or as written."""

    data: str = knob("digits", choices=NAMES)
    noise: float = knob(0.4, low=0, high=1)
    width: int = knob(128, low=2, high=4096)
    lr: float = knob(3e-3, above=0, high=1)
    steps: int = knob(600, low=1, high=20_000)


def experiment(p: Parameters) -> Experiment:
    """Without and with normalization: batches of 64, of 16, and of 16 for four times as many steps."""
    data = images(p.data)

    def noisy(generator: torch.Generator) -> Split:
        return data.draw(generator).noisy(p.noise, data.classes, generator)

    net = partial(blocks, [data.pixels, p.width, p.width, data.classes])
    adam = partial(torch.optim.Adam, lr=p.lr)
    plain = Training(data=noisy, model=partial(net, [nn.ReLU]), loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    norm = replace(plain, model=partial(net, [partial(nn.BatchNorm1d, p.width), nn.ReLU]))
    small = partial(replace, batch=16, steps=4 * p.steps)
    return Experiment(
        arms={
            "plain": plain,
            "norm": norm,
            "plain_small": small(plain),
            "norm_small": small(norm),
            "norm_short": replace(norm, batch=16),
        },
        metrics={"accuracy": Trained.accuracy, "fitted": Trained.train_accuracy, "loss": Trained.test_loss},
        claims={
            "norm_memorizes": Claim(lambda arms: arms.plain.accuracy - arms.norm.accuracy, above=0.03),
            "batch_noise_helps": Claim(lambda arms: arms.norm_small.accuracy - arms.norm.accuracy, above=0.01),
            "passes_matter": Claim(lambda arms: arms.norm_short.accuracy - arms.norm_small.accuracy, above=0.05),
            "noise_beats_none": Claim(lambda arms: arms.norm_small.accuracy - arms.plain_small.accuracy, above=0.01),
        },
    )
