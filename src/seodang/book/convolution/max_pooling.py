"""Why is the maximum taken in pooling, why do the windows not overlap, and could a strided convolution do it instead?

A maximum says whether a feature is there at all (Boureau, Ponce & LeCun 2010; Scherer, Müller & Behnke 2010). AlexNet's
windows overlap, and a convolution with stride 2 needs no pooling (Springenberg et al. 2015). One net, six ways to halve it.
What is halved is normalized, and the rate falls to 0: else the slowest way would lose for being slow.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.images import images
from seodang.experiment import Claim, Experiment, Trained, Training, knob

SIDE = 8


@dataclass(frozen=True)
class Parameters:
    """Two convolutions of 3 x 3, trained by Adam at a rate that falls to 0."""

    filters: int = knob(8, low=1, high=64)
    lr: float = knob(0.01, above=0, high=1)
    steps: int = knob(300, low=1, high=5000)
    batch: int = knob(64, low=1, high=450)


def net(halve: Callable[[int], nn.Module], filters: int, stride: int = 1, left: int = 4) -> nn.Sequential:
    """Convolution, ReLU, halving and batch normalization, twice; a linear layer on the `left` places. Of flat pixels."""
    wide = 2 * filters
    return nn.Sequential(
        nn.Unflatten(1, (1, SIDE, SIDE)),
        *(nn.Conv2d(1, filters, 3, stride, padding=1), nn.ReLU(), halve(filters), nn.BatchNorm2d(filters)),
        *(nn.Conv2d(filters, wide, 3, stride, padding=1), nn.ReLU(), halve(wide), nn.BatchNorm2d(wide)),
        *(nn.Flatten(), nn.Linear(wide * left, 10)),
    )


def convolved(channels: int) -> nn.Module:
    """Halving by a convolution of its own (Springenberg et al. 2015, model C: "All-CNN")."""
    return nn.Sequential(nn.Conv2d(channels, channels, 3, 2, padding=1), nn.ReLU())


def parameters(trained: Trained) -> float:
    """All that is trained."""
    return sum(p.numel() for p in trained.model.parameters())


def unmoved(trained: Trained) -> float:
    """The share of test images whose predicted class stays when the image is shifted to the right by one pixel."""
    shifted = F.pad(trained.x_test.view(-1, SIDE, SIDE)[:, :, :-1], (1, 0)).flatten(1)
    with torch.no_grad():
        return float((trained.model(shifted).argmax(-1) == trained.model(trained.x_test).argmax(-1)).float().mean())


def experiment(p: Parameters) -> Experiment:
    """Six ways to halve the maps of the same net, and one that overlaps without halving."""
    adam, falling = partial(torch.optim.Adam, lr=p.lr), partial(torch.optim.lr_scheduler.CosineAnnealingLR, T_max=p.steps)
    data = images("digits").draw
    model = partial(net, lambda _: nn.MaxPool2d(2), p.filters)
    base = partial(Training, data=data, loss=F.cross_entropy, optimizer=adam, schedule=falling, steps=p.steps, batch=p.batch)
    maximum = base(model=model)
    ways: dict[str, Callable[..., nn.Module]] = {
        "average": partial(net, lambda _: nn.AvgPool2d(2)),
        "every_second": partial(net, lambda _: nn.MaxPool2d(1, 2)),  # the left upper of four, whatever it is
        "overlapping": partial(net, lambda _: nn.MaxPool2d(3, 2, padding=1)),
        "strided": partial(net, lambda _: nn.Identity(), stride=2),
        "convolved": partial(net, convolved),
        "dense": partial(net, lambda _: nn.MaxPool2d(3, 1, padding=1), left=SIDE**2),
    }
    return Experiment(
        arms={"maximum": maximum}
        | {name: replace(maximum, model=partial(way, filters=p.filters)) for name, way in ways.items()},
        metrics={"accuracy": Trained.accuracy, "unmoved": unmoved, "parameters": parameters},
        claims={
            "beats_average": Claim(lambda a: a.maximum.accuracy - a.average.accuracy, above=0.03),
            "beats_dropping": Claim(lambda a: a.maximum.accuracy - a.every_second.accuracy, above=0.01),
            "overlap_ties": Claim(lambda a: abs(a.maximum.accuracy - a.overlapping.accuracy), below=0.015),
            "dense_head": Claim(lambda a: a.dense.parameters / a.maximum.parameters, above=4),
            "stride_is_dropping": Claim(lambda a: abs(a.strided.accuracy - a.every_second.accuracy), below=0.005),
            "convolution_ties": Claim(lambda a: abs(a.maximum.accuracy - a.convolved.accuracy), below=0.015),
        },
    )
