"""With dropout fewer weights are updated at each step: why does training take longer, and does a step get cheaper?

Srivastava et al. 2014, 5.1: two to three times as long, because every step follows the gradient of another thinned net.
The steps are counted until the loss of the whole net on the training set, dropout switched off, is below 0.1; the test
set is replaced by the training set for that. What a step costs is counted, not timed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.blocks import blocks


@dataclass(frozen=True)
class Parameters:
    """Two hidden layers, SGD at 0.1, looked at every 25 steps; at most so many steps at width 32, a quarter at 256."""

    data: str = knob("digits", choices=NAMES)
    p: float = knob(0.5, low=0, below=1)
    lr: float = knob(0.1, above=0, high=10)
    enough: float = knob(0.1, above=0, high=2)
    steps: int = knob(4000, low=4, high=50_000)


def needed(enough: float, trained: Trained) -> float:
    """The first look at which the training loss, in evaluation mode, is low enough; infinite where it never is."""
    looks = zip(trained.history.steps, trained.history.test_loss, strict=True)
    return next((float(step) for step, loss in looks if loss < enough), float("inf"))


def operations(trained: Trained) -> float:
    """Multiplications and additions in the matrix products of one step, forward and backward, on a batch of 64."""
    net = trained.model.train()
    counter = FlopCounterMode(display=False)
    with counter:
        torch.autograd.grad(F.cross_entropy(net(trained.x_train[:64]), trained.y_train[:64]), list(net.parameters()))
    net.eval()
    return float(counter.get_total_flops())


def experiment(p: Parameters) -> Experiment:
    """Three widths, each with and without."""
    data = images(p.data)

    def train_only(generator: torch.Generator) -> Split:
        split = data.draw(generator)
        return split._replace(x_test=split.x_train, y_test=split.y_train)

    def net(width: int, *drop: Callable[[], nn.Module]) -> partial[nn.Sequential]:
        return partial(blocks, [data.pixels, width, width, data.classes], [nn.ReLU, *drop])

    sgd, drop = partial(torch.optim.SGD, lr=p.lr), partial(nn.Dropout, p.p)
    w32 = Training(data=train_only, model=net(32), loss=F.cross_entropy, optimizer=sgd, steps=p.steps, every=25)
    w64 = replace(w32, model=net(64), steps=p.steps // 2)
    w256 = replace(w32, model=net(256), steps=p.steps // 4)
    return Experiment(
        arms={
            "w32": w32,
            "w32_dropout": replace(w32, model=net(32, drop)),
            "w64": w64,
            "w64_dropout": replace(w64, model=net(64, drop)),
            "w256": w256,
            "w256_dropout": replace(w256, model=net(256, drop)),
        },
        metrics={"needed": partial(needed, p.enough), "operations": operations},
        claims={
            "narrow_doubles": Claim(lambda a: a.w32_dropout.needed / a.w32.needed, above=2),
            "middle_longer": Claim(lambda a: a.w64_dropout.needed / a.w64.needed, above=1.2),
            "wide_hardly": Claim(lambda a: a.w256_dropout.needed / a.w256.needed, below=1.3),
            "step_no_cheaper": Claim(lambda a: a.w64_dropout.operations >= a.w64.operations),
        },
    )
