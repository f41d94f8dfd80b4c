"""Why do convolution and pooling alternate, and why do fully connected layers come at the end?

Pooling lets a small filter see far: the receptive field grows with the product of the strides (LeCun et al. 1998; Araujo,
Norris & Sim 2019). The head needs that only if it averages over places (Lin, Chen & Yan 2014). Four nets: with and without
pooling, with a fully connected head and with a global average; and the head rewritten as a convolution (Long et al. 2015).
"""

import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from seodang.counting.tracing import count_module
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.fully_convolutional import as_convolution

SIDE = 8
WINDOWS = ("Conv2d", "MaxPool2d")


@dataclass(frozen=True)
class Parameters:
    """Two convolutions of 3 x 3, trained by Adam."""

    filters: int = knob(16, low=1, high=64)
    lr: float = knob(0.005, above=0, high=1)
    steps: int = knob(300, low=1, high=5000)


def net(filters: int, *, pooled: bool, average: bool, convolutions: int = 1) -> nn.Sequential:
    """Convolutions and perhaps pooling, twice; then all values or the mean of each map into one linear layer."""
    layers: list[nn.Module] = [nn.Unflatten(1, (1, SIDE, SIDE))]
    before = 1
    for wide in (filters, 2 * filters):
        for _ in range(convolutions):
            layers += [nn.Conv2d(before, wide, 3, padding=1), nn.ReLU()]
            before = wide
        layers += [nn.MaxPool2d(2)] if pooled else []
    places = 1 if average else (SIDE // 4) ** 2 if pooled else SIDE**2
    layers += [nn.AdaptiveAvgPool2d(1)] if average else []
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(before * places, 10))


def parameters(trained: Trained) -> float:
    """All that is trained."""
    return sum(p.numel() for p in trained.model.parameters())


def sees(trained: Trained) -> float:
    """The side of the square of pixels that a unit of the last maps would see with four convolutions instead of two."""
    pooled = any(isinstance(layer, nn.MaxPool2d) for layer in trained.model.modules())
    counted = count_module(net(1, pooled=pooled, average=False, convolutions=2), (SIDE**2,))
    return [layer.field.size[0] for layer in counted.layers if layer.field and layer.kind in WINDOWS][-1]


def head_gap(trained: Trained) -> float:
    """How far the linear layer is from the convolution whose filters are as large as the maps it is given."""
    last: Any = list(trained.model.children())[-1]
    maps = next(layer.out_channels for layer in reversed(list(trained.model.modules())) if isinstance(layer, nn.Conv2d))
    side = round((last.in_features / maps) ** 0.5)
    x = torch.rand(4, maps, side, side, generator=torch.Generator().manual_seed(trained.seed)).double()
    with torch.no_grad():
        scores = as_convolution(last, (maps, side, side)).double()(x)
        return float((scores.flatten(1) - copy.deepcopy(last).double()(x.flatten(1))).abs().max())


def experiment(p: Parameters) -> Experiment:
    """With and without pooling, with either head."""
    adam = partial(torch.optim.Adam, lr=p.lr)
    model = partial(net, p.filters, pooled=True, average=False)
    pooled_dense = Training(data=digits, model=model, loss=F.cross_entropy, optimizer=adam, steps=p.steps, batch=32)
    others = {"flat_dense": (False, False), "pooled_average": (True, True), "flat_average": (False, True)}
    return Experiment(
        arms={"pooled_dense": pooled_dense}
        | {k: replace(pooled_dense, model=partial(net, p.filters, pooled=a, average=b)) for k, (a, b) in others.items()},
        metrics={"accuracy": Trained.accuracy, "parameters": parameters, "sees": sees, "head_gap": head_gap},
        claims={
            "sees_16_and_9": Claim(lambda a: (a.pooled_dense.sees, a.flat_dense.sees) == (16, 9)),
            "average_needs_pools": Claim(lambda a: a.pooled_average.accuracy - a.flat_average.accuracy, above=0.15),
            "dense_does_not": Claim(lambda a: abs(a.pooled_dense.accuracy - a.flat_dense.accuracy), below=0.02),
            "average_is_cheap": Claim(lambda a: a.pooled_dense.accuracy - a.pooled_average.accuracy, below=0.06),
            "head_is_convolution": Claim(lambda a: max(a.pooled_dense.head_gap, a.flat_dense.head_gap), below=1e-5),
        },
    )
