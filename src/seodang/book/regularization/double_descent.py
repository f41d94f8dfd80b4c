"""Does a larger model always overfit more, or can the test error fall again beyond the point where it fits everything?

Belkin, Hsu, Ma & Mandal 2019; Nakkiran et al. 2020. Least squares on p random ReLU features of n points: the smallest
weights that fit best. At p = n there is exactly one way through all noisy points; with p > n there are many, and the
smallest is smooth. A ridge penalty is the control (Nakkiran, Venkat, Kakade & Ma 2021).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob
from seodang.experiment.claims import Arms

SHARES = {
    "p20": 0.2,
    "p50": 0.5,
    "p80": 0.8,
    "p90": 0.9,
    "p100": 1.0,
    "p110": 1.1,
    "p120": 1.2,
    "p200": 2.0,
    "p500": 5.0,
    "p1000": 10.0,
}


@dataclass(frozen=True)
class Parameters:
    """100 training points in 10 dimensions, noise of deviation 0.5, a ridge penalty for the control."""

    points: int = knob(100, low=10, high=2000)
    inputs: int = knob(10, low=1, high=500)
    noise: float = knob(0.5, low=0, high=10)
    ridge: float = knob(1.0, above=0, high=1e6)


def fitted(p: Parameters, share: float, ridge: float, seed: int) -> Mapping[str, float]:
    """Training and test error of the smallest least-squares weights on share times n features, and how long they are."""
    generator = torch.Generator().manual_seed(seed)
    draw = partial(torch.randn, dtype=torch.double, generator=generator)
    x, x_test, direction = draw(p.points, p.inputs), draw(1000, p.inputs), draw(p.inputs)
    noise = p.noise * draw(p.points)
    features = draw(p.inputs, round(share * p.points)) / math.sqrt(p.inputs)

    def seen(points: Tensor) -> Tensor:
        return torch.relu(points @ features) / math.sqrt(features.shape[1])

    def truth(points: Tensor) -> Tensor:
        return torch.tanh(points @ direction / math.sqrt(p.inputs) * 2)

    y = truth(x) + noise
    u, s, v = torch.linalg.svd(seen(x), full_matrices=False)
    weight = v.T @ (s / (s.square() + ridge) * (u.T @ y)) if ridge else torch.linalg.pinv(seen(x)) @ y
    return {
        "error": float((seen(x_test) @ weight - truth(x_test)).square().mean()),
        "train_error": float((seen(x) @ weight - y).square().mean()),
        "length": float(weight.norm()),
    }


def peak(a: Arms) -> float:
    """At which share of the number of points the test error is largest."""
    return max(SHARES.values(), key=lambda share: {SHARES[n]: getattr(a, n).error for n in SHARES}[share])


def experiment(p: Parameters) -> Experiment:
    """Ten sizes without a penalty; the one at the peak with a ridge penalty."""
    arms = {name: partial(fitted, p, share, 0.0) for name, share in SHARES.items()}
    return Experiment(
        arms=arms | {"ridge_p100": partial(fitted, p, 1.0, p.ridge)},
        metrics={name: itemgetter(name) for name in ("error", "train_error", "length")},
        claims={
            "peak_at_n": Claim(lambda a: 0.9 <= peak(a) <= 1.1),
            "falls_again": Claim(lambda a: a.p1000.error / a.p100.error, below=0.5),
            "below_first_valley": Claim(lambda a: a.p1000.error < min(a.p20.error, a.p50.error, a.p80.error)),
            "ridge_flattens": Claim(lambda a: a.ridge_p100.error / a.p1000.error, below=1.5),
        },
    )
