"""How is a search staged from coarse to fine, and does it pay?

Draw a few short trials over many decades, keep the region of the best, draw longer ones there (CS231n, lecture 6). Learning
rate, weight decay and momentum of a digit net in 32 trials: in two stages, the second three times as long; at once, all of
them of the mean length, so that every search takes as many steps; and so with a learning rate that is drawn uniformly
instead of by decades. Trials are compared on validation images, the winner is tested on others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from statistics import median

import torch
import torch.nn.functional as F

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp

Place = list[float]
"""Exponents of learning rate and weight decay, and the momentum."""
LOWEST, HIGHEST = [-6.0, -6.0, 0.0], [2.0, 0.0, 0.99]


@dataclass(frozen=True)
class Parameters:
    """Trials of a search, how many of the first half span the second stage, steps of a coarse trial, how many times as
    long a fine one is."""

    data: str = knob("digits", choices=NAMES)
    trials: int = knob(32, low=4, high=1_000)
    keep: int = knob(4, low=2, high=100)
    steps: int = knob(60, low=1, high=2_000)
    longer: int = knob(3, low=1, high=100)


def trial(steps: int, split: Split, place: Place, seed: int) -> tuple[float, float, Place]:
    """Accuracy on the first half of the held-out images, on the second half, and the place."""
    torch.manual_seed(seed)
    net = mlp([split.x_train.shape[1], 64, 10])
    optimizer = torch.optim.SGD(net.parameters(), lr=10 ** place[0], weight_decay=10 ** place[1], momentum=place[2])
    for _ in range(steps):
        rows = torch.randint(len(split.x_train), (64,))
        optimizer.zero_grad()
        F.cross_entropy(net(split.x_train[rows]), split.y_train[rows]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    right = (net(split.x_test).argmax(1) == split.y_test).float()
    return float(right[::2].mean()), float(right[1::2].mean()), place


def searched(p: Parameters, staged: bool, decades: bool, seed: int) -> Mapping[str, float]:
    """The winner's accuracies, and the median trial of the first and of the second half of the search."""
    generator = torch.Generator().manual_seed(seed)
    split, low, high = images(p.data).draw(generator), LOWEST, HIGHEST
    made: list[tuple[float, float, Place]] = []
    for number in range(p.trials):
        if staged and number == p.trials // 2:
            best = [place for *_, place in sorted(made, reverse=True)[: p.keep]]
            low, high = [min(axis) for axis in zip(*best, strict=True)], [max(axis) for axis in zip(*best, strict=True)]
        share = torch.rand(3, generator=generator).tolist()
        place = [a + u * (b - a) for a, b, u in zip(low, high, share, strict=True)]
        if not decades:
            place[0] = float(torch.tensor(1e-6 + share[0] * 100).log10())
        stage = (1, p.longer)[number >= p.trials // 2] if staged else (1 + p.longer) / 2
        made.append(trial(round(p.steps * stage), split, place, seed))
    first, second = (median(one[0] for one in half) for half in (made[: p.trials // 2], made[p.trials // 2 :]))
    return {"winner": max(made)[0], "test": max(made)[1], "first_half": first, "second_half": second}


def experiment(p: Parameters) -> Experiment:
    """Two stages, one stage, and one stage with uniform learning rates."""
    arms = {"staged": (True, True), "at_once": (False, True), "uniform": (False, False)}
    return Experiment(
        arms={name: partial(searched, p, *how) for name, how in arms.items()},
        metrics={name: itemgetter(name) for name in ("winner", "test", "first_half", "second_half")},
        claims={
            "no_worse": Claim(lambda a: a.staged.test - a.at_once.test, above=-0.005),
            "better": Claim(lambda a: a.staged.test - a.at_once.test, above=0.01),
            "second_stage_better": Claim(lambda a: a.staged.second_half - a.staged.first_half, above=0.05),
            "decades_win": Claim(lambda a: a.at_once.test - a.uniform.test, above=0.1),
        },
    )
