"""What do stride and padding do to the size of the output, to its cost, and to the pixels at the border?

A window of k pixels fits (n + 2p - k) / s + 1 times along n pixels with p more on either side, rounded down (Dumoulin &
Visin 2016, relationship 6). The formula is compared with torch on 500 random layers; how many windows a pixel is in is the
gradient of the sum of all outputs of a filter of ones.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import nn

from seodang.counting import macs, shapes
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """How many random layers the formula is tried on."""

    trials: int = knob(500, low=1, high=5000)


def sized(size: int, kernel: int, stride: int, padding: int, _seed: int) -> Mapping[str, float]:
    """Output of torch's layer, the quotient before rounding, the cost, and how many windows a pixel is in."""
    layer = nn.Conv2d(1, 1, kernel, stride, padding, bias=False)
    nn.init.ones_(layer.weight)
    x = torch.ones(1, 1, size, size, requires_grad=True)
    y = layer(x)
    (windows,) = torch.autograd.grad(y.sum(), x)
    return {
        "out": y.shape[-1],
        "quotient": (size + 2 * padding - kernel) / stride + 1,
        "macs": macs.conv2d(1, 1, kernel, y.shape[-1] ** 2),
        "corner": float(windows[0, 0, 0, 0]),
        "centre": float(windows[0, 0, size // 2, size // 2]),
        "unseen": float((windows == 0).sum()),
        "misses": 0.0,
    }


def tried(trials: int, seed: int) -> Mapping[str, float]:
    """The same of the first of many random layers, and for how many the formula and torch disagree."""
    draw, misses = random.Random(0), 0
    for _ in range(trials):
        kernel, stride, padding = draw.randint(1, 11), draw.randint(1, 5), draw.randint(0, 5)
        size = draw.randint(kernel, 64)
        with torch.device("meta"):
            out = nn.Conv2d(1, 1, kernel, stride, padding)(torch.empty(1, 1, size, size)).shape[-1]
        misses += out != shapes.window(size, kernel, stride, padding)
    return {**sized(size, kernel, stride, padding, seed), "misses": misses}


def experiment(p: Parameters) -> Experiment:
    """Strides 1, 2, 3 over 7 pixels; AlexNet's first layer; padding of odd and even filters; random layers."""
    layers = {
        "stride1": (7, 3, 1, 0),
        "stride2": (7, 3, 2, 0),
        "stride3": (7, 3, 3, 0),
        "alexnet": (227, 11, 4, 0),
        "odd": (28, 5, 1, 2),
        "even": (28, 4, 1, 2),
    }
    names = ("out", "quotient", "macs", "corner", "centre", "unseen", "misses")
    return Experiment(
        kind="derivation",
        arms={name: partial(sized, *layer) for name, layer in layers.items()} | {"random": partial(tried, p.trials)},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "formula_is_torch": Claim(lambda a: a.random.misses == 0),
            "strides": Claim(lambda a: (a.stride1.out, a.stride2.out, a.alexnet.out) == (5, 3, 55)),
            "fraction_is_refused": Claim(lambda a: a.stride3.out == a.stride3.quotient),
            "odd_keeps_even_grows": Claim(lambda a: (a.odd.out, a.even.out) == (28, 29)),
            "border_is_seen_less": Claim(lambda a: (a.stride1.corner, a.stride1.centre) == (1, 9)),
        },
    )
