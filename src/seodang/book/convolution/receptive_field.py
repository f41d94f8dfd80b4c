"""Which part of the image does a unit of a deep layer see?

r grows by (k - 1) times the distance j of neighbouring units, and j by the stride (Araujo, Norris & Sim 2019). The formula
is compared with what a gradient reaches: the input pixels whose change can move one unit, in stacks of averaging windows.
How much each pixel counts is another matter (Luo et al. 2016).
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import nn

from seodang.experiment import Claim, Experiment, knob

Windows = Sequence[tuple[int, int]]  # kernel and stride, layer by layer
ALEXNET: Windows = ((11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2))
VGG_16: Windows = tuple(w for count in (2, 2, 3, 3, 3) for w in [*[(3, 1)] * count, (2, 2)])


@dataclass(frozen=True)
class Parameters:
    """How many stacks of random windows are tried."""

    trials: int = knob(100, low=1, high=1000)


def resnet50(early: bool) -> Windows:
    """The longest way through ResNet-50; a stage's stride is in its first 1 x 1 (early) or its 3 x 3 convolution."""
    layers = [(7, 2), (3, 2)]
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for stride in [2 if stage else 1, *[1] * (blocks - 1)]:
            layers += [(1, stride if early else 1), (3, 1 if early else stride), (1, 1)]
    return layers


def formula(windows: Windows) -> int:
    """r + (k - 1) j, window by window."""
    r, j = 1, 1
    for k, s in windows:
        r, j = r + (k - 1) * j, j * s
    return r


def reached(windows: Windows) -> tuple[int, float]:
    """How many pixels of a line have a gradient at one unit, and the share of the gradient in the middle half of them."""
    size = formula(windows)
    x = torch.zeros(1, 1, size, dtype=torch.double, requires_grad=True)
    y: torch.Tensor = x
    for k, s in windows:
        y = nn.functional.conv1d(y, torch.full((1, 1, k), 1 / k, dtype=torch.double), stride=s)
    (slope,) = torch.autograd.grad(y[0, 0, 0], x)
    middle = slope[0, 0, size // 4 : size - size // 4].sum() / slope.sum()
    return int((slope != 0).sum()), float(middle)


def measured(windows: Windows, _seed: int) -> Mapping[str, float]:
    """Formula and gradient, and whether they disagree."""
    pixels, middle = reached(windows)
    return {"formula": formula(windows), "pixels": pixels, "middle": middle, "misses": formula(windows) != pixels}


def tried(trials: int, _seed: int) -> Mapping[str, float]:
    """The same of the first of many random stacks, and for how many formula and gradient disagree."""
    draw = random.Random(0)
    possible = [(k, s) for k in range(1, 8) for s in range(1, 4) if s <= k]  # a stride wider than its window leaves gaps
    stacks = [[draw.choice(possible) for _ in range(draw.randint(1, 5))] for _ in range(trials)]
    misses = sum(formula(stack) != reached(stack)[0] for stack in stacks)
    return {**measured(stacks[0], 0), "misses": misses}


def experiment(p: Parameters) -> Experiment:
    """Small stacks, three networks up to their last map, and random stacks."""
    stacks: dict[str, Windows] = {name: [(3, 1)] * n for name, n in (("two_3x3", 2), ("three_3x3", 3), ("ten_3x3", 10))}
    stacks |= {"pooled": [(3, 1), (3, 1), (2, 2)] * 3, "alexnet": ALEXNET, "vgg16": VGG_16}
    stacks |= {"resnet50": resnet50(early=False), "resnet50_early": resnet50(early=True)}
    return Experiment(
        kind="derivation",
        arms={n: partial(measured, s) for n, s in stacks.items()} | {"random": partial(tried, p.trials)},
        metrics={name: itemgetter(name) for name in ("formula", "pixels", "middle", "misses")},
        claims={
            "formula_is_gradient": Claim(lambda a: not any(getattr(a, name).misses for name in [*stacks, "random"])),
            "alexnet_and_vgg": Claim(lambda a: (a.alexnet.pixels, a.vgg16.pixels) == (195, 212)),
            "resnet_both_ways": Claim(lambda a: (a.resnet50_early.pixels, a.resnet50.pixels) == (483, 427)),
            "seen_evenly": Claim(lambda a: abs(a.ten_3x3.middle - 0.5), below=0.1),
        },
    )
