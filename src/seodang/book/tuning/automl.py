"""What does AutoML do, and does successive halving find a better net than random search for the same computation?

It makes the choices that a person would: which net, which optimizer, which rate, for how long. Successive halving (Jamieson
& Talwalkar 2016; Hyperband: Li et al. 2018) trains many for few steps, keeps the better half and trains it twice as long.
On digits, beside random search with as many steps, and the default that everybody begins with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Candidates of the halving, steps after which the first half goes, and how often the steps are doubled then."""

    data: str = knob("digits", choices=NAMES)
    candidates: int = knob(32, low=2, high=1_024)
    first: int = knob(15, low=1, high=1_000)
    doublings: int = knob(4, low=0, high=9)


class Candidate:
    """A net in training; without choices, the default of 64 ReLU units and Adam at 0.001."""

    def __init__(self, split: Split, chosen: bool = True) -> None:
        self.split, self.steps = split, 0
        depth, width, activation, optimizer = torch.randint(3, (4,)).tolist() if chosen else (0, 1, 0, 1)
        rate = 10 ** float(-4 + 4 * torch.rand(())) if chosen else 0.001
        activations = (nn.ReLU, nn.Tanh, nn.Sigmoid)
        self.net = mlp([split.x_train.shape[1], *[16 * 4**width] * (depth + 1), 10], activations[activation])
        self.optimizer = (torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop)[optimizer](self.net.parameters(), lr=rate)

    def train(self, until: int) -> float:
        """The accuracy by which candidates are compared, after so many steps in all."""
        for _ in range(self.steps, until):
            rows = torch.randint(len(self.split.x_train), (64,))
            self.optimizer.zero_grad()
            F.cross_entropy(self.net(self.split.x_train[rows]), self.split.y_train[rows]).backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
        self.steps = until
        return self.accuracy(half=0)

    def accuracy(self, half: int) -> float:
        """On every other held-out image: half 0 is for comparing, half 1 for the final test."""
        right = self.net(self.split.x_test).argmax(1) == self.split.y_test
        return float(right[half::2].float().mean())


def searched(p: Parameters, candidates: int, first: int, doublings: int, seed: int) -> Mapping[str, float]:
    """The winner's accuracy on images that chose nothing, and the steps of all; one candidate alone is the default."""
    split = images(p.data).draw(torch.Generator().manual_seed(seed))
    torch.manual_seed(seed)
    tried = left = [Candidate(split, chosen=candidates > 1) for _ in range(candidates)]
    for doubling in range(doublings + 1):
        left = sorted(left, key=lambda one: -one.train(first * 2**doubling))[: max(1, len(left) // 2)]
    return {"test": left[0].accuracy(half=1), "steps": float(sum(one.steps for one in tried))}


def experiment(p: Parameters) -> Experiment:
    """Halving; random search with the same steps in all; every candidate to the end; the default."""
    full, run = p.first * 2**p.doublings, partial(partial, searched, p)
    halved = sum(p.candidates // 2**k * p.first * max(1, 2 ** (k - 1)) for k in range(p.doublings + 1))
    return Experiment(
        arms={
            "halving": run(p.candidates, p.first, p.doublings),
            "random": run(max(2, halved // full), full, 0),
            "default": run(1, full, 0),
        },
        metrics={name: itemgetter(name) for name in ("test", "steps")},
        claims={
            "level_with_random": Claim(lambda a: a.halving.test - a.random.test, above=-0.002),
            "ahead_of_random": Claim(lambda a: a.halving.test - a.random.test, above=0.005),
            "ahead_of_default": Claim(lambda a: a.halving.test - a.default.test, above=0.01),
            "cheap": Claim(lambda a: a.halving.steps <= 0.4 * p.candidates * full),
        },
    )
