"""Where does the randomness of a training come from, and how far does each source move the result?

Bouthillier et al. 2021; Picard 2021. The same net is trained ten times, and all draws but one kind are kept: which images
are tested on, the initial weights, the order of the batches, the dropout masks. The ten are trained beside one another as
one stack, each with generators of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, knob

SOURCES = ("split", "start", "order", "masks")


@dataclass(frozen=True)
class Parameters:
    """One hidden layer of 64 units, SGD at 0.3 with batches of 32, a fifth of the hidden units dropped."""

    data: str = knob("digits", choices=NAMES)
    runs: int = knob(10, low=2, high=100)
    width: int = knob(64, low=1, high=1024)
    steps: int = knob(400, low=1, high=20_000)


def trained(p: Parameters, vary: tuple[str, ...], seed: int) -> Mapping[str, float]:
    """The test accuracies of the runs: their deviation, how far the best is from the worst, and their mean."""

    def generators(source: str) -> list[torch.Generator]:
        """One for each run; all alike unless this source varies."""
        own = [run if source in vary else 0 for run in range(p.runs)]
        return [torch.Generator().manual_seed(10_000 * seed + 10 * run + SOURCES.index(source)) for run in own]

    data = images(p.data)
    splits = [data.draw(generator) for generator in generators("split")]
    x, y, x_test, y_test = (torch.stack(parts) for parts in zip(*splits, strict=True))  # (runs, samples, ...)
    net = [torch.stack(parts) for parts in zip(*(start(data.pixels, p.width, g) for g in generators("start")), strict=True)]
    orders, masks, run = generators("order"), generators("masks"), torch.arange(p.runs)[:, None]
    for _ in range(p.steps):
        chosen = torch.stack([torch.randint(x.shape[1], (32,), generator=generator) for generator in orders])
        keep = torch.stack([torch.rand(32, p.width, generator=generator) >= 0.2 for generator in masks]) / 0.8
        net = [part.detach().requires_grad_() for part in net]
        scores = (torch.relu(x[run, chosen] @ net[0] + net[1]) * keep) @ net[2]  # (runs, 32, 10)
        loss = F.cross_entropy(scores.flatten(0, 1), y[run, chosen].flatten()) * p.runs
        net = [part - 0.3 * slope for part, slope in zip(net, torch.autograd.grad(loss, net), strict=True)]
    right = (torch.relu(x_test @ net[0] + net[1]) @ net[2]).argmax(-1) == y_test
    accuracy = right.double().mean(1)
    return {
        "deviation": float((accuracy - accuracy[0]).std()),
        "spread": float(accuracy.max() - accuracy.min()),
        "mean": float(accuracy.mean()),
    }


def start(inputs: int, width: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Initial weights and biases of the hidden layer, and weights of the last."""
    first = torch.randn(inputs, width, generator=generator) * (2 / inputs) ** 0.5
    return first, torch.zeros(1, width), torch.randn(width, 10, generator=generator) / width**0.5


def experiment(p: Parameters) -> Experiment:
    """None of the sources, each by itself, all together."""
    arms: dict[str, tuple[str, ...]] = {"none": ()} | {source: (source,) for source in SOURCES} | {"all": SOURCES}
    return Experiment(
        arms={name: partial(trained, p, vary) for name, vary in arms.items()},
        metrics={name: itemgetter(name) for name in ("deviation", "spread", "mean")},
        claims={
            "split_moves_most": Claim(
                lambda a: a.split.deviation - max(a.start.deviation, a.order.deviation, a.masks.deviation), above=0
            ),
            "start_moves": Claim(lambda a: a.start.deviation, above=0.002),
            "luck_looks_like_progress": Claim(lambda a: a.all.spread, above=0.015),
            "fixed_is_fixed": Claim(lambda a: a.none.spread == 0),
        },
    )
