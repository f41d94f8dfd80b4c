"""LeNet-5: as it was published, and the small net that goes by its name today.

LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition", section II-B and table I:
60,000 trained parameters, 340,908 connections. Today's has no partial connections, no trained subsampling and no RBF units.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

INPUT = {"lenet5": (1, 32, 32), "lenet5_modern": (1, 28, 28)}

C3 = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5)),
)
"""Table I: the maps of S2 that each of the sixteen maps of C3 sees. Different inputs make the maps differ."""

DIGITS = """
..###.. ...#... ..###.. ..###.. .....#. ####### ..####. ####### ..###.. ..###..
.#...#. ..##... .#...#. .#...#. ....##. #...... .#..... ......# .#...#. .#...#.
#.....# .#.#... #.....# #.....# ...#.#. #...... #...... .....#. #.....# #.....#
#.....# ...#... ......# ......# ..#..#. #...... #...... .....#. #.....# #.....#
#.....# ...#... .....#. ....##. .#...#. #####.. #.###.. ....#.. .#...#. #.....#
#.....# ...#... ....#.. ...##.. #....#. .....#. ##...#. ....#.. ..###.. .#...##
#.....# ...#... ...#... .....#. ####### ......# #.....# ...#... .#...#. ..###.#
#.....# ...#... ..#.... ......# .....#. ......# #.....# ...#... #.....# ......#
#.....# ...#... .#..... ......# .....#. ......# #.....# ..#.... #.....# ......#
#.....# ...#... #...... #.....# .....#. #.....# #.....# ..#.... #.....# ......#
.#...#. ...#... #...... .#...#. .....#. .#...#. .#...#. .#..... .#...#. .....#.
..###.. .#####. ####### ..###.. .....#. ..###.. ..###.. .#..... ..###.. .####..
"""
"""What F6 should look like for each class, 7 x 12; figure 3 of the paper shows characters in the same style."""


class Squash(nn.Module):
    """1.7159 tanh(2a/3): 1 and -1, the values of the targets, are where it bends most (appendix A)."""

    def forward(self, a: Tensor) -> Tensor:
        return 1.7159 * torch.tanh(a * 2 / 3)


class Subsampling(nn.Module):
    """The sum of 2 x 2 units, times a trained coefficient, plus a trained bias: two parameters a map."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.coefficient = nn.Parameter(torch.empty(maps, 1, 1).uniform_(-2.4 / 4, 2.4 / 4))
        self.bias = nn.Parameter(torch.zeros(maps, 1, 1))

    def forward(self, x: Tensor) -> Tensor:  # (batch, maps, side, side) to (batch, maps, side / 2, side / 2)
        return self.coefficient * (4 * F.avg_pool2d(x, 2)) + self.bias


class PartialConvolution(nn.Module):
    """A convolution whose filters each see some of the maps."""

    def __init__(self, seen: tuple[tuple[int, ...], ...], kernel: int) -> None:
        super().__init__()
        self.seen = seen
        self.filters = nn.ModuleList(nn.Conv2d(len(maps), 1, kernel) for maps in seen)

    def forward(self, x: Tensor) -> Tensor:
        maps = [one(x[:, list(seen)]) for one, seen in zip(self.filters, self.seen, strict=True)]
        return torch.cat(maps, dim=1)


class RadialBasis(nn.Module):
    """Minus the squared distance to each class's fixed target: the nearer, the higher the score."""

    targets: Tensor  # (10, 84) of 1 and -1

    def __init__(self) -> None:
        super().__init__()
        drawn = zip(*(line.split() for line in DIGITS.split("\n") if line), strict=True)
        self.register_buffer("targets", torch.tensor([[1.0 if c == "#" else -1.0 for c in "".join(one)] for one in drawn]))

    def forward(self, x: Tensor) -> Tensor:  # (batch, 84) to (batch, 10)
        return -(x.unsqueeze(1) - self.targets).square().sum(-1)


def lenet5() -> nn.Sequential:
    """LeNet-5 as published (LeCun, Bottou, Bengio & Haffner 1998): of (batch, 1, 32, 32), ten scores.

    An image's background should be -0.1 and its ink 1.175, so that pixels have mean 0 and variance 1, about.
    """
    net = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), Squash(), Subsampling(6), Squash()),  # C1 28 x 28, S2 14 x 14
        *(PartialConvolution(C3, 5), Squash(), Subsampling(16), Squash()),  # C3 10 x 10, S4 5 x 5
        *(nn.Conv2d(16, 120, 5), Squash(), nn.Flatten()),  # C5: a convolution that happens to see all of S4
        *(nn.Linear(120, 84), Squash(), RadialBasis()),  # F6 and the output
    )
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            bound = 2.4 / math.prod(layer.weight.shape[1:])
            nn.init.uniform_(layer.weight, -bound, bound)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return net


def discriminative_loss(scores: Tensor, classes: Tensor, rubbish: float = 1.0) -> Tensor:
    """Equation 9: the right class's penalty, and log(exp(-j) + sum of exp(-penalty)), which raises those of the others.

    With no rubbish class (j infinite) it is the cross-entropy of the scores.
    """
    others = torch.cat([scores, scores.new_full((len(scores), 1), -rubbish)], dim=1)
    return F.cross_entropy(others, classes)


def lenet5_modern(classes: int = 10, image: tuple[int, int, int] = (1, 28, 28)) -> nn.Sequential:
    """LeNet-5 as it is written today, with ReLU and maximum pooling: 61,706 parameters on 28 x 28 pixels."""
    channels, height, width = image
    left = 16 * ((height // 2 - 4) // 2) * ((width // 2 - 4) // 2)
    return nn.Sequential(
        *(nn.Conv2d(channels, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(left, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes)),
    )
