"""Why do convolution and pooling alternate, and why do fully connected layers come at the end?

Pooling lets a small filter see far: the receptive field grows with the product of the strides (LeCun et al. 1998; Araujo,
Norris & Sim 2019). The head needs that only if it averages over places (Lin, Chen & Yan 2014). Four nets: with and without
pooling, with a fully connected head and with a global average, looked at early and when they have converged; and the head
rewritten as a convolution (Long et al. 2015).
"""

import copy
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from seodang.counting.tracing import count_module
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.fully_convolutional import as_convolution

SIDE, EARLY = 8, 60


@dataclass(frozen=True)
class Parameters:
    """Two convolutions of 3 x 3, trained by Adam at a rate that falls to 0."""

    filters: int = knob(8, low=1, high=64)
    lr: float = knob(0.03, above=0, high=1)
    steps: int = knob(600, low=EARLY, high=5000)


def net(filters: int, *, pooled: bool, average: bool, convolutions: int = 1) -> nn.Sequential:
    """Convolutions and perhaps pooling, twice; then all values or the mean of each map into one linear layer."""
    layers: list[nn.Module] = [nn.Unflatten(1, (1, SIDE, SIDE))]
    before = 1
    for wide in (filters, 2 * filters):
        for _ in range(convolutions):
            layers += [nn.Conv2d(before, wide, 3, padding=1), nn.BatchNorm2d(wide), nn.ReLU()]
            before = wide
        layers += [nn.MaxPool2d(2)] if pooled else []
    places = 1 if average else (SIDE // 4) ** 2 if pooled else SIDE**2
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten()] if average else [nn.Flatten()]
    return nn.Sequential(*layers, *head, nn.Linear(before * places, 10))


def parameters(trained: Trained) -> float:
    """All that is trained."""
    return sum(p.numel() for p in trained.model.parameters())


def early(trained: Trained) -> float:
    """The test accuracy after the first steps."""
    return trained.history.test_accuracy[0]


def sees(trained: Trained) -> float:
    """The side of the square of pixels that a unit of the last maps would see with four convolutions instead of two."""
    counted = count_module(net(1, pooled="MaxPool2d" in str(trained.model), average=False, convolutions=2), (SIDE**2,))
    return [layer.field.size[0] for layer in counted.layers if layer.field and layer.kind in ("Conv2d", "MaxPool2d")][-1]


def head_gap(trained: Trained) -> float:
    """How far the linear layer is from the convolution whose filters are as large as the maps it is given."""
    layers: list[Any] = [*copy.deepcopy(trained.model).double().children()]
    with torch.no_grad():
        maps = nn.Sequential(*layers[:-2])(trained.x_test.double())  # all before flattening
        scores = as_convolution(layers[-1], tuple(maps.shape[1:])).double()(maps)
        return float((scores.flatten(1) - layers[-1](maps.flatten(1))).abs().max())


def experiment(p: Parameters) -> Experiment:
    """With and without pooling, with either head."""
    adam, falling = partial(torch.optim.Adam, lr=p.lr), partial(torch.optim.lr_scheduler.CosineAnnealingLR, T_max=p.steps)
    one = partial(Training, data=digits, loss=F.cross_entropy, optimizer=adam, schedule=falling, steps=p.steps, every=EARLY)
    return Experiment(
        arms={
            f"{maps}_{head}": one(model=partial(net, p.filters, pooled=maps == "pooled", average=head == "average"))
            for head in ("dense", "average")
            for maps in ("pooled", "flat")
        },
        metrics={"accuracy": Trained.accuracy, "early": early, "parameters": parameters, "sees": sees, "head_gap": head_gap},
        claims={
            "sees_16_and_9": Claim(lambda a: (a.pooled_dense.sees, a.flat_dense.sees) == (16, 9)),
            "average_needs_pools": Claim(lambda a: a.pooled_average.accuracy - a.flat_average.accuracy, above=0.15),
            "pools_are_faster": Claim(lambda a: a.pooled_average.early - a.flat_average.early, above=0.15),
            "dense_does_not": Claim(lambda a: abs(a.pooled_dense.accuracy - a.flat_dense.accuracy), below=0.02),
            "average_is_cheap": Claim(lambda a: a.pooled_dense.accuracy - a.pooled_average.accuracy, below=0.06),
            "head_is_convolution": Claim(lambda a: max(a.pooled_dense.head_gap, a.flat_dense.head_gap), below=1e-5),
        },
    )
