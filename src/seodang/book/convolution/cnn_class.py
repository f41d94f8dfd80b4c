"""A CNN class whose filters and hidden sizes are lists: does it count right, does it learn, and is an even kernel an error?

The assignment of many courses: convolution, batch normalization (Ioffe & Szegedy 2015), ReLU, pooling, and dropout of whole
channels (Tompson et al. 2015) for every entry of a list, then a perceptron. The class is seodang/models/cnn.py.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.images import NAMES, images
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.cnn import cnn


@dataclass(frozen=True)
class Parameters:
    """Filters 16 and 32, one hidden layer of 64."""

    data: str = knob("digits", choices=NAMES)
    dropout: float = knob(0.25, low=0, below=1)
    lr: float = knob(0.005, above=0, high=1)
    steps: int = knob(300, low=1, high=20_000)


def parameters(trained: Trained) -> float:
    """All that is trained."""
    return sum(p.numel() for p in trained.model.parameters())


def as_assigned(trained: Trained) -> float:
    """Parameters of the same class at the assignment's size: 28 x 28 pixels, filters 32 and 64, hidden 1024 and 128."""
    normed = any(isinstance(layer, nn.BatchNorm2d) for layer in trained.model.modules())
    with torch.device("meta"):
        net = cnn((1, 28, 28), (32, 64), (1024, 128), batch_norm=normed)
    return sum(p.numel() for p in net.parameters())


def fits(side: int, kernel: int, blocks: int = 2) -> bool:
    """Whether blocks of a convolution padded by kernel // 2 and 2 x 2 pooling end as large as a class assumes."""
    x = torch.zeros(1, 1, side, side)
    for _ in range(blocks):
        x = F.max_pool2d(F.conv2d(x, torch.ones(1, 1, kernel, kernel), padding=kernel // 2), 2)
    return bool(x.shape[-1] == side // 2**blocks)


def dropped_whole() -> bool:
    """Whether Dropout2d drops channels, all places of a channel or none."""
    kept = nn.Dropout2d(0.5)(torch.ones(8, 16, 5, 5)).flatten(2) > 0
    return bool((kept.all(-1) | ~kept.any(-1)).all())


def experiment(p: Parameters) -> Experiment:
    """The class with batch normalization, without, and with dropout of channels."""
    data = images(p.data)
    build = partial(cnn, (data.channels, data.side, data.side), (16, 32), (64,), data.classes)
    normed = Training(
        data=data.draw,
        model=build,
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.Adam, lr=p.lr),
        steps=p.steps,
        batch=32,
    )
    return Experiment(
        arms={
            "normed": normed,
            "bare": replace(normed, model=partial(build, batch_norm=False)),
            "dropped": replace(normed, model=partial(build, dropout=p.dropout)),
        },
        metrics={"accuracy": Trained.accuracy, "parameters": parameters, "as_assigned": as_assigned},
        claims={
            "counts": Claim(lambda a: (a.normed.as_assigned, a.bare.as_assigned) == (3_363_786, 3_363_594)),
            "learns": Claim(lambda a: a.normed.accuracy, above=0.97),
            "even_breaks": Claim(lambda _: not any(fits(side, k) for side in (8, 28) for k in (2, 4))),
            "third_block_tells": Claim(lambda _: fits(28, 3, blocks=3) and not fits(28, 4, blocks=3)),
            "odd_fits": Claim(lambda _: all(fits(side, k) for side in range(8, 33) for k in (1, 3, 5))),
            "channels_drop": Claim(lambda _: dropped_whole()),
        },
    )
