"""Why does batch normalization get worse as the batch shrinks, and does layer normalization?

Its mean and variance are estimates from the batch, whose error grows as the batch shrinks; layer and group normalization
take theirs from the units of one sample (Ba, Kiros & Hinton 2016; Wu & He 2018) and cannot see the batch. The same net,
the same 64 images a step, gone through in batches of 2, 4, 16 or 64.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.blocks import blocks


@dataclass(frozen=True)
class Parameters:
    """Two hidden layers of 64 units; a step of SGD is the mean gradient of 64 images, in batches of 64 or smaller ones."""

    data: str = knob("digits", choices=NAMES)
    width: int = knob(64, low=8, high=4096)
    lr: float = knob(0.2, above=0, high=10)
    steps: int = knob(150, low=1, high=20_000)


def company(trained: Trained) -> float:
    """In training mode, how much an image's outputs change with the others of its batch of two, over their own size."""
    model, x = copy.deepcopy(trained.model).train(), trained.x_test
    with torch.no_grad():
        one, other = (torch.stack([model(x[[0, row]])[0] for row in rows]) for rows in (range(1, 21), range(21, 41)))
    return float((one - other).norm() / one.norm())


def experiment(p: Parameters) -> Experiment:
    """Batch normalization at four sizes of the batch; layer and group normalization, and none, at the ends."""
    data = images(p.data)
    net = partial(blocks, [data.pixels, p.width, p.width, data.classes])

    def normalized(*norm: Callable[[], nn.Module]) -> Training:
        return replace(base, model=partial(net, [*norm, nn.ReLU]))

    def small(arm: Training, size: int) -> Training:
        return replace(arm, batch=size, accumulate=64 // size)

    sgd = partial(torch.optim.SGD, lr=p.lr)
    base = Training(data=data.draw, model=partial(net, [nn.ReLU]), loss=F.cross_entropy, optimizer=sgd, steps=p.steps)
    batch, layer = normalized(partial(nn.BatchNorm1d, p.width)), normalized(partial(nn.LayerNorm, p.width))
    group = normalized(partial(nn.GroupNorm, 8, p.width))
    return Experiment(
        arms={
            **{f"batch_{size}": small(batch, size) for size in (2, 4, 16)},
            "batch_64": batch,
            "layer_2": small(layer, 2),
            "layer_64": layer,
            "group_2": small(group, 2),
            "none_2": small(base, 2),
        },
        metrics={"accuracy": Trained.accuracy, "company": company},
        claims={
            "two_is_worse": Claim(lambda arms: arms.batch_64.accuracy - arms.batch_2.accuracy, above=0.05),
            "layer_does_not_mind": Claim(lambda arms: arms.layer_64.accuracy - arms.layer_2.accuracy, below=0.02),
            "layer_wins_at_two": Claim(lambda arms: arms.layer_2.accuracy - arms.batch_2.accuracy, above=0.05),
            "sixteen_is_enough": Claim(lambda arms: abs(arms.batch_64.accuracy - arms.batch_16.accuracy), below=0.02),
            "only_batch_looks_around": Claim(
                lambda arms: arms.layer_2.company == arms.group_2.company == 0 < arms.batch_2.company
            ),
        },
    )
