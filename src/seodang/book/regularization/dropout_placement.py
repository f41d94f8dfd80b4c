"""Where does dropout go: before or after batch normalization, in every block or only before the last layer?

Li, Chen, Hu & Yang 2019: dropout adds variance in training and none at inference; a batch normalization that comes after
it has recorded the larger variance and divides by it when it meets the smaller ("variance shift"). After the last
normalization there is nothing to be misled.
"""

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
    """64-128-128-10, half of the units dropped, Adam at 0.003."""

    data: str = knob("digits", choices=NAMES)
    p: float = knob(0.5, low=0, below=1)
    width: int = knob(128, low=1, high=4096)
    steps: int = knob(500, low=1, high=20_000)


def shift(trained: Trained) -> float:
    """The variance a normalization layer recorded over the one it meets at inference, by unit; the worst layer's."""
    x, worst = trained.x_train, 0.0
    with torch.no_grad():
        for layer in trained.model.children():
            if isinstance(layer, nn.BatchNorm1d):
                assert layer.running_var is not None
                worst = max(worst, float(layer.running_var.mean() / x.var(0).mean()))
            x = layer(x)
    return worst


def experiment(p: Parameters) -> Experiment:
    """None; before the normalization in every block; after it in every block; only before the last layer."""
    data = images(p.data)
    sizes = [data.pixels, p.width, p.width, data.classes]
    norm, drop = partial(nn.BatchNorm1d, p.width), partial(nn.Dropout, p.p)

    def net(*after: Callable[[], nn.Module], last: float = 0) -> nn.Sequential:
        *below, top = blocks(sizes, after)
        return nn.Sequential(*below, nn.Dropout(last), top)

    adam = partial(torch.optim.Adam, lr=3e-3)
    none = Training(data=data.draw, model=partial(net, norm, nn.ReLU), loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    return Experiment(
        arms={
            "none": none,
            "before": replace(none, model=partial(net, drop, norm, nn.ReLU)),
            "after": replace(none, model=partial(net, norm, nn.ReLU, drop)),
            "last": replace(none, model=partial(net, norm, nn.ReLU, last=p.p)),
        },
        metrics={"accuracy": Trained.accuracy, "shift": shift},
        claims={
            "shifted": Claim(lambda a: a.before.shift, above=2),
            "no_shift_at_the_end": Claim(lambda a: abs(a.last.shift - 1), below=0.2),
            "after_is_better": Claim(lambda a: a.last.accuracy - a.before.accuracy, above=0.003),
        },
    )
