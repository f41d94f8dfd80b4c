"""How can two processors train one net, and what is the difference between synchronous and asynchronous SGD?

Synchronous: the mean of the workers' gradients is the gradient of the large batch (Goyal et al. 2017). Asynchronous: a
worker's gradient is of weights that have changed meanwhile, and a delay of t steps shrinks the largest stable learning rate
to sin(π / (4t + 2)) of what it was. Least squares in double precision, each way beside one machine on the whole batch.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Samples of the batch, features, steps that are compared, and the learning rate as a share of the largest stable."""

    samples: int = knob(64, low=10, high=10_000)
    features: int = knob(8, low=1, high=500)
    steps: int = knob(10, low=1, high=1_000)
    rate: float = knob(0.1, above=0, high=1)


def gradient(x: Tensor, y: Tensor, w: Tensor, own_statistics: bool) -> Tensor:
    """Of half the mean squared error; `own_statistics` standardizes features over these samples, as batch norm does."""
    x = (x - x.mean(0)) / x.std(0, correction=0) if own_statistics else x
    return x.T @ (x @ w - y) / len(y)


def path(x: Tensor, y: Tensor, shares: Sequence[int], delay: int, rate: float, steps: int, own: bool) -> list[Tensor]:
    """The weights step by step: every worker has its share of the samples and the weights of `delay` steps ago."""
    weights = [torch.zeros(x.shape[1], dtype=x.dtype)]
    for step in range(steps):
        parts = zip(torch.split(x, list(shares)), torch.split(y, list(shares)), strict=True)
        mean = torch.stack([gradient(*part, weights[max(0, step - delay)], own) for part in parts]).mean(0)
        weights.append(weights[-1] - rate * mean)
    return weights


def trained(p: Parameters, shares: tuple[float, ...], delay: int, own: bool, seed: int) -> Mapping[str, float]:
    """How far from one machine, and the largest learning rate that does not diverge, as a share of one machine's."""
    torch.manual_seed(seed)
    x, noise = (torch.randn(p.samples, n, dtype=torch.double) for n in (p.features, 1))
    y = x.sum(1) + noise[:, 0]
    sizes = [round(share * p.samples) for share in shares]
    limit = 2 / float(torch.linalg.eigvalsh(x.T @ x / len(x))[-1])
    way, alone = (path(x, y, s, d, p.rate * limit, p.steps, own) for s, d in ((sizes, delay), ([p.samples], 0)))
    low, high = 0.0, 1.5
    for _ in range(14):
        middle = (low + high) / 2
        far = path(x, y, sizes, delay, middle * limit, 600, False)
        low, high = (middle, high) if (far[600] - far[599]).norm() < (far[300] - far[299]).norm() + 1e-9 else (low, middle)
    return {"gap": float((way[-1] - alone[-1]).abs().max()), "stable": low}


def experiment(p: Parameters) -> Experiment:
    """Halves, unequal parts, halves with statistics of their own; gradients that are one, two and four steps old."""
    half, run = (0.5, 0.5), partial(partial, trained, p)
    return Experiment(
        kind="derivation",
        arms={
            "halves": run(half, 0, False),
            "unequal": run((0.75, 0.25), 0, False),
            "own_statistics": run(half, 0, True),
            "stale_1": run(half, 1, False),
            "stale_2": run(half, 2, False),
            "stale_4": run(half, 4, False),
        },
        metrics={name: itemgetter(name) for name in ("gap", "stable")},
        claims={
            "halves_are_exact": Claim(lambda a: a.halves.gap, below=1e-9),
            "unequal_is_exact": Claim(lambda a: a.unequal.gap, below=1e-9),
            "statistics_differ": Claim(lambda a: a.own_statistics.gap, above=1e-4),
            "delay_shrinks_rate": Claim(
                lambda a: max(abs(x.stable - math.sin(math.pi / (4 * t + 2))) for t, x in ((1, a.stale_1), (4, a.stale_4))),
                below=0.01,
            ),
        },
    )
