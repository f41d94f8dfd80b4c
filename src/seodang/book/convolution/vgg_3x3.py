"""Why two 3 x 3 convolutions instead of one 5 x 5?

Two see 5 x 5 pixels and three see 7 x 7, with fewer weights and a non-linearity in between (Simonyan & Zisserman 2015,
section 2.3). The same net with either in the middle reads digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob

SIDE = 8


@dataclass(frozen=True)
class Parameters:
    """Channels of the convolutions that are compared."""

    channels: int = knob(8, low=1, high=64)
    lr: float = knob(0.005, above=0, high=1)
    steps: int = knob(300, low=1, high=5000)


def net(channels: int, kernels: Sequence[int]) -> nn.Sequential:
    """A 1 x 1 convolution to the channels, the convolutions that are compared, pooling, and a linear layer."""
    middle = [layer for k in kernels for layer in (nn.Conv2d(channels, channels, k, padding=k // 2), nn.ReLU())]
    first = (nn.Unflatten(1, (1, SIDE, SIDE)), nn.Conv2d(1, channels, 1), nn.ReLU())
    return nn.Sequential(*first, *middle, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(channels * (SIDE // 2) ** 2, 10))


def compared(trained: Trained) -> list[nn.Conv2d]:
    """The convolutions in the middle."""
    return [layer for layer in trained.model.modules() if isinstance(layer, nn.Conv2d)][1:]


def weights(trained: Trained) -> float:
    """Weights of the convolutions in the middle, in units of the square of the channels."""
    return sum(conv.weight.numel() for conv in compared(trained)) / compared(trained)[0].out_channels ** 2


def sees(trained: Trained) -> float:
    """The side of the square of pixels that reach one unit in the middle: gradients through positive weights."""
    x = torch.zeros(1, 1, 15, 15, requires_grad=True)
    y: torch.Tensor = x
    for conv in compared(trained):
        y = F.conv2d(y, torch.ones(1, 1, *conv.kernel_size), padding=conv.padding)
    (slope,) = torch.autograd.grad(y[0, 0, 7, 7], x)
    return float((slope[0, 0, 7] != 0).sum())


def experiment(p: Parameters) -> Experiment:
    """One 5 x 5 against two 3 x 3, and one 7 x 7 against three."""
    five = Training(
        data=digits,
        model=partial(net, p.channels, (5,)),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.Adam, lr=p.lr),
        steps=p.steps,
        batch=32,
    )
    others = {"two": (3, 3), "seven": (7,), "three": (3, 3, 3)}
    return Experiment(
        arms={"five": five} | {k: replace(five, model=partial(net, p.channels, kernels)) for k, kernels in others.items()},
        metrics={"accuracy": Trained.accuracy, "weights": weights, "sees": sees},
        claims={
            "sees_the_same": Claim(lambda a: a.five.sees == a.two.sees == 5 and a.seven.sees == a.three.sees == 7),
            "fewer_weights": Claim(
                lambda a: (a.two.weights, a.five.weights, a.three.weights, a.seven.weights) == (18, 25, 27, 49)
            ),
            "two_keep_up": Claim(lambda a: a.two.accuracy - a.five.accuracy, above=-0.005),
            "three_keep_up": Claim(lambda a: a.three.accuracy - a.seven.accuracy, above=-0.005),
        },
    )
