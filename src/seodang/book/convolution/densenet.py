"""How does DenseNet differ from ResNet: what does stacking instead of adding change?

Every layer adds k maps to those it was given (Huang et al. 2017), so that after l layers there are k0 + l k. The channels
are read off real networks; a small DenseNet and a small ResNet with about as many parameters read digits.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.densenet import Dense, densenet121, densenet_small
from seodang.models.resnet import small_resnet

SIDE = 8


@dataclass(frozen=True)
class Parameters:
    """Growth and layers a block of the DenseNet, width of the ResNet of eight layers."""

    growth: int = knob(6, low=1, high=32)
    layers: int = knob(2, low=1, high=12)
    width: int = knob(5, low=1, high=64)
    lr: float = knob(0.005, above=0, high=1)
    steps: int = knob(300, low=1, high=5000)


def dense(growth: int, layers: int) -> nn.Sequential:
    """Two dense blocks, of flat pixels."""
    return nn.Sequential(nn.Unflatten(1, (1, SIDE, SIDE)), densenet_small(10, 1, (layers, layers), growth))


def residual(width: int) -> nn.Sequential:
    """Three blocks of two convolutions, of flat pixels."""
    return nn.Sequential(nn.Unflatten(1, (1, SIDE, SIDE)), small_resnet(8, channels=1, width=width))


def parameters(trained: Trained) -> float:
    """All that is trained."""
    return sum(p.numel() for p in trained.model.parameters())


def channels(layers: int, growth: int, first: int) -> list[int]:
    """How many maps come out of each layer of a dense block."""
    x, seen = torch.zeros(1, first, 4, 4), []
    for _ in range(layers):
        x = Dense(x.shape[1], growth).eval()(x)
        seen.append(x.shape[1])
    return seen


def of_121() -> tuple[int, list[tuple[int, int]]]:
    """Parameters of DenseNet-121, and inputs and outputs of its transitions."""
    with torch.device("meta"):
        net = densenet121()
    halving = [(layer.in_channels, layer.out_channels) for layer in net if isinstance(layer, nn.Conv2d)]
    return sum(p.numel() for p in net.parameters()), halving


def experiment(p: Parameters) -> Experiment:
    """Stacking against adding."""
    stacked = Training(
        data=digits,
        model=partial(dense, p.growth, p.layers),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.Adam, lr=p.lr),
        steps=p.steps,
        batch=32,
    )
    return Experiment(
        arms={"stacked": stacked, "added": replace(stacked, model=partial(residual, p.width))},
        metrics={"accuracy": Trained.accuracy, "parameters": parameters},
        claims={
            "grows_by_k": Claim(lambda _: channels(6, 32, 64) == [64 + 32 * layer for layer in range(1, 7)]),
            "transition_halves": Claim(lambda _: all(i == 2 * o for i, o in of_121()[1]) and len(of_121()[1]) == 3),
            "dense_121": Claim(lambda _: of_121()[0] == 7_978_856),
            "ties": Claim(lambda a: abs(a.stacked.accuracy - a.added.accuracy), below=0.01),
        },
    )
