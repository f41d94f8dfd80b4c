"""Why are feature maps made smaller, why are channels doubled then, and why is the image padded before it is shrunk?

Half the side is a quarter of the positions, so that every layer behind it costs a quarter; twice the channels bring the
cost back to what it was (Simonyan & Zisserman 2015; He et al. 2016). Without padding maps shrink too, by layers and not by
choice.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.counting.tracing import count_module
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.vgg import vgg16

SIDE = 8


@dataclass(frozen=True)
class Parameters:
    """Filters of the first convolution, and of both where they do not double."""

    filters: int = knob(16, low=1, high=64)
    constant: int = knob(23, low=1, high=64)
    lr: float = knob(0.005, above=0, high=1)
    steps: int = knob(300, low=1, high=5000)


def net(first: int, second: int, *, padding: int = 1, pool: int = 2) -> nn.Sequential:
    """Convolution, ReLU and pooling, twice (the second pooling only where something is left), and a linear layer."""
    layers: list[nn.Module] = [nn.Unflatten(1, (1, SIDE, SIDE))]
    side = SIDE
    for before, after in ((1, first), (first, second)):
        layers += [nn.Conv2d(before, after, 3, padding=padding), nn.ReLU()]
        side += 2 * padding - 2
        if side >= pool:
            layers, side = [*layers, nn.MaxPool2d(pool)], side // pool
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(second * side**2, 10))


def parameters(trained: Trained) -> float:
    """All that is trained."""
    return sum(p.numel() for p in trained.model.parameters())


def costs(trained: Trained, convolution: int) -> float:
    """Multiply-adds of one of the convolutions for one image."""
    layers = [layer for layer in count_module(trained.model, (SIDE**2,)).layers if layer.kind == "Conv2d"]
    return layers[convolution].macs


def vgg_stages() -> set[int]:
    """The multiply-adds of the convolutions of VGG-16 that keep the channels, from the second stage to the fourth."""
    with torch.device("meta"):
        layers = [x for x in count_module(vgg16(), (3, 224, 224)).layers if x.kind == "Conv2d"]
    return {x.macs for x in layers if x.inputs[0] == x.output[0] in (128, 256, 512) and x.output[1] > 14}


def depth() -> int:
    """How many 3 x 3 convolutions without padding an 8 x 8 image lasts for."""
    maps = [torch.zeros(1, 1, SIDE, SIDE)]
    while maps[-1].shape[-1] >= 3:
        maps.append(F.conv2d(maps[-1], torch.ones(1, 1, 3, 3)))
    return len(maps) - 1


def experiment(p: Parameters) -> Experiment:
    """Halving with doubled and with constant channels; no halving; no padding."""
    adam = partial(torch.optim.Adam, lr=p.lr)
    model = partial(net, p.filters, 2 * p.filters)
    doubled = Training(data=digits, model=model, loss=F.cross_entropy, optimizer=adam, steps=p.steps, batch=32)
    each = {name: partial(costs, convolution=number) for number, name in enumerate(("first", "second"))}
    return Experiment(
        arms={
            "doubled": doubled,
            "constant": replace(doubled, model=partial(net, p.constant, p.constant)),
            "full": replace(doubled, model=partial(net, p.filters, 2 * p.filters, pool=1)),
            "unpadded": replace(doubled, model=partial(net, p.filters, 2 * p.filters, padding=0)),
        },
        metrics={"accuracy": Trained.accuracy, "parameters": parameters, **each},
        claims={
            "a_quarter": Claim(lambda a: a.full.second / a.doubled.second == 4),
            "vgg_is_even": Claim(lambda _: len(vgg_stages()) == 1),
            "doubling_ties": Claim(lambda a: abs(a.doubled.accuracy - a.constant.accuracy), below=0.015),
            "three_layers_and_out": Claim(lambda _: depth() == 3),
            "unpadded_is_worse": Claim(lambda a: a.doubled.accuracy - a.unpadded.accuracy, above=0.05),
        },
    )
