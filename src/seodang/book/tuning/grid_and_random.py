"""Why is grid search bad in many dimensions, and does random search beat it on a real network?

A grid of N trials over d axes tries N^(1/d) values of each, random search N values of every axis (Bergstra & Bengio 2012).
Only one axis matters here, the learning rate: a seed tables a digit net's accuracy over ten decades, and both searches are
played on the table from 200 random offsets of an eight-decade window.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.data.images import NAMES, images
from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp

LOWEST, HIGHEST, GAMES, DRAWS = -6.0, 4.0, 200, 4_000


@dataclass(frozen=True)
class Parameters:
    """Trials a search may make, steps of a trial, decades of the window, and the share of an axis that is good in theory."""

    data: str = knob("digits", choices=NAMES)
    budget: int = knob(16, low=16, high=4_096)
    steps: int = knob(60, low=1, high=2_000)
    decades: float = knob(8.0, above=0, high=10)
    band: float = knob(0.05, above=0, high=1)


@lru_cache(maxsize=8)
def table(p: Parameters, seed: int) -> Tensor:
    """(41,) test accuracy after SGD at 10^-6, 10^-5.75, ..., 10^4; what diverged counts as a guess."""
    data = images(p.data)
    x, y, x_test, y_test = data.draw(torch.Generator().manual_seed(seed))
    accuracies = []
    for exponent in torch.linspace(LOWEST, HIGHEST, 41).tolist():
        torch.manual_seed(seed)
        net = mlp([data.pixels, 64, data.classes])
        optimizer = torch.optim.SGD(net.parameters(), lr=10**exponent)
        for _ in range(p.steps if -4 <= exponent <= 2 else 0):  # outside, nothing is learned or all is lost
            rows = torch.randint(len(x), (64,))
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(x[rows]), y[rows]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        accuracies.append(float((net(x_test).argmax(1) == y_test).float().mean()))
    return torch.tensor(accuracies)


def played(p: Parameters, axes: int, decades: float, seed: int) -> Mapping[str, float]:
    """Mean best accuracy of both searches, and how often each hits a good band; the other axes change nothing."""
    generator, values = torch.Generator().manual_seed(seed), round(p.budget ** (1 / axes))
    grid = ((torch.arange(values) + 0.5) / values).expand(GAMES, values)
    random, tries = (torch.rand(games, p.budget, generator=generator) for games in (GAMES, DRAWS))
    start = -0.5 - decades * torch.rand(GAMES, 1, generator=generator)  # a rate of 0.3 is somewhere in the window
    band = torch.rand(DRAWS, 1, generator=generator)
    made = {}
    for name, places, tried in (("grid", grid, grid[0]), ("random", random, tries)):
        index = ((start + decades * places - LOWEST) / 0.25).round().long().clamp(0, 40)
        made[name] = float(table(p, seed)[index].amax(1).mean())
        made[f"{name}_hits"] = float(((tried - band) % 1 < p.band).any(1).float().mean())  # a band may pass the end
    off = max(abs(made["grid_hits"] - min(1, p.band * values)), abs(made["random_hits"] - 1 + (1 - p.band) ** p.budget))
    return made | {"values": float(values), "off": off}


def experiment(p: Parameters) -> Experiment:
    """The same budget on one axis, on two, on four; and on four in a window of two decades."""
    run = partial(partial, played, p)
    return Experiment(
        arms={"one": run(1, p.decades), "two": run(2, p.decades), "four": run(4, p.decades), "known": run(4, 2.0)},
        metrics={name: itemgetter(name) for name in ("grid", "random", "grid_hits", "random_hits", "values", "off")},
        claims={
            "random_wins_on_four": Claim(lambda a: a.four.random - a.four.grid, above=0.1),
            "random_wins_on_two": Claim(lambda a: a.two.random - a.two.grid, above=0.02),
            "grid_wins_on_one": Claim(lambda a: a.one.grid - a.one.random, above=0.01),
            "hits_as_computed": Claim(lambda a: max(a.one.off, a.two.off, a.four.off), below=0.02),
            "known_range_levels": Claim(lambda a: a.known.random - a.known.grid, below=0.02),
            "known_range_reverses": Claim(lambda a: a.known.grid - a.known.random, above=0),
        },
    )
