"""Why does batch normalization get worse as the batch shrinks, and does layer normalization?

Its mean and variance are estimates from the batch, whose error grows as the batch shrinks; layer and group normalization
take theirs from the units of one sample (Ba, Kiros & Hinton 2016; Wu & He 2018) and cannot see the batch. The same net,
the same number of images seen, batches of 2, 4, 16 and 64.
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
    """Two hidden layers of 64 units; SGD at a rate in proportion to the batch, so that every arm takes the same way."""

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

    def arm(size: int, *norm: Callable[[], nn.Module]) -> Training:
        sgd = partial(torch.optim.SGD, lr=p.lr * size / 64)
        model = partial(net, [*norm, nn.ReLU])
        return replace(base, model=model, optimizer=sgd, batch=size, steps=p.steps * 64 // size)

    sgd = partial(torch.optim.SGD, lr=p.lr)
    base = Training(data=data.draw, model=partial(net, [nn.ReLU]), loss=F.cross_entropy, optimizer=sgd, steps=p.steps)
    batch, layer, group = partial(nn.BatchNorm1d, p.width), partial(nn.LayerNorm, p.width), partial(nn.GroupNorm, 8, p.width)
    return Experiment(
        arms={
            **{f"batch_{size}": arm(size, batch) for size in (2, 4, 16, 64)},
            **{f"layer_{size}": arm(size, layer) for size in (2, 64)},
            "group_2": arm(2, group),
            "none_2": arm(2),
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
