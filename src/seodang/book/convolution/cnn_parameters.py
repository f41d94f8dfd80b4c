"""How many parameters has a convolutional network, and has it fewer than a plain feed-forward one?

A filter is counted once, however many positions it visits (LeCun et al. 1998); a fully connected layer pays for
every pair of input and output. Ten networks are counted by formula and by torch, from real modules without storage.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import nn

from seodang.counting.parameters import batch_norm, conv2d, convs2d, linear, linears, unshared_conv2d
from seodang.experiment import Claim, Experiment, knob
from seodang.models.alexnet import alexnet
from seodang.models.cnn import cnn
from seodang.models.vgg import VGG_11, VGG_16, vgg


@dataclass(frozen=True)
class Parameters:
    """The convolution to be counted."""

    channels: int = knob(128, low=1, high=100_000)
    filters: int = knob(64, low=1, high=100_000)
    kernel: int = knob(3, low=1, high=99)


def counted(build: Callable[[], nn.Module], formula: int, stated: int, _seed: int) -> Mapping[str, float]:
    """The parameters of a module made on the meta device, and how far the formula and the books are from them."""
    with torch.device("meta"):
        net = build()
    total = sum(parameter.numel() for parameter in net.parameters())
    dense = sum(p.numel() for layer in net.modules() if isinstance(layer, nn.Linear) for p in layer.parameters())
    gaps = {"formula_gap": formula - total, "stated_gap": stated - total}
    return {"parameters": total, "dense": dense / total, **gaps}


def experiment(p: Parameters) -> Experiment:
    """For every network: how to build it, what the formula says, and what is stated in the source."""
    conv, spots = (p.channels, p.filters, p.kernel), 55**2  # AlexNet's first filters stand at 55 x 55 positions
    own_filters = partial(nn.Conv1d, spots * 363, spots * 96, 1, groups=spots)  # each sees its window of 11 x 11 x 3
    ours = partial(cnn, (1, 28, 28), (32, 64), (1024, 128))
    head, classifier = linears([64 * 7 * 7, 1024, 128, 10]), linears([512 * 7 * 7, 4096, 4096, 1000])
    alex = conv2d(3, 64, 11) + conv2d(64, 192, 5) + convs2d([192, 384, 256, 256], 3)
    nets: dict[str, tuple[Callable[[], nn.Module], int, int]] = {
        "conv": (partial(nn.Conv2d, *conv), conv2d(*conv), 73_792),
        "map_conv": (partial(nn.Conv2d, 1, 32, 3, padding=1), conv2d(1, 32, 3), 320),
        "map_dense": (partial(nn.Linear, 28**2, 28**2 * 32), linear(28**2, 28**2 * 32), 19_694_080),
        "shared": (partial(nn.Conv2d, 3, 96, 11, stride=4), conv2d(3, 96, 11), 34_944),
        "unshared": (own_filters, unshared_conv2d(3, 96, 11, spots), 105_705_600),
        "assignment": (ours, convs2d([1, 32, 64], 3) + batch_norm(32) + batch_norm(64) + head, 3_363_786),
        "assignment_bare": (partial(ours, batch_norm=False), convs2d([1, 32, 64], 3) + head, 3_363_594),
        "alexnet": (alexnet, alex + linears([256 * 6 * 6, 4096, 4096, 1000]), 61_100_840),
        "vgg11": (partial(vgg, VGG_11), convs2d([3, *sum(VGG_11, ())], 3) + classifier, 132_863_336),
        "vgg16": (partial(vgg, VGG_16), convs2d([3, *sum(VGG_16, ())], 3) + classifier, 138_357_544),
    }
    return Experiment(
        kind="derivation",
        arms={name: partial(counted, *net) for name, net in nets.items()},
        metrics={name: itemgetter(name) for name in ("parameters", "dense", "formula_gap", "stated_gap")},
        claims={
            "formula_is_torch": Claim(lambda arms: not any(getattr(arms, net).formula_gap for net in nets)),
            "as_stated": Claim(lambda arms: not any(getattr(arms, net).stated_gap for net in nets)),
            "sharing_saves": Claim(lambda a: a.map_dense.parameters / a.map_conv.parameters, above=10_000),
            "head_dominates": Claim(lambda arms: arms.vgg16.dense, above=0.8),
        },
    )
