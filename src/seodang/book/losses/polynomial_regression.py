"""When does a polynomial underfit, when does it overfit, and is it the degree that is to blame?

The curve-fitting example of Bishop 2006, chapter 1: points of sin(2πx) on [0, 1] with normal noise of 0.2, fitted by least
squares on the powers of x. 20 points; the highest degree once more with 1,000 points, and with a small ridge penalty.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Points, their noise, the highest degree and the penalty of the last arm."""

    points: int = knob(20, low=17, high=1000)
    noise: float = knob(0.2, low=0, high=2)
    highest: int = knob(15, low=6, high=15)
    penalty: float = knob(1e-3, low=0, high=10)


def powers(x: Tensor, degree: int) -> Tensor:
    """(n, degree+1) powers of 2x - 1, which lies in [-1, 1]: the same polynomials, with less rounding."""
    return (2 * x[:, None] - 1) ** torch.arange(degree + 1)


def fitted(p: Parameters, degree: int, points: int, penalty: float, seed: int) -> Mapping[str, float]:
    """Root mean squared error on the points themselves and on the curve, and the largest coefficient."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(points, generator=generator, dtype=torch.double)
    y = (2 * math.pi * x).sin() + p.noise * torch.randn(points, generator=generator, dtype=torch.double)
    features = torch.cat([powers(x, degree), math.sqrt(penalty * points) * torch.eye(degree + 1, dtype=torch.double)])
    targets = torch.cat([y, torch.zeros(degree + 1, dtype=torch.double)])
    w = torch.linalg.lstsq(features, targets[:, None], driver="gelsd").solution[:, 0]
    grid = torch.linspace(0, 1, 1001, dtype=torch.double)
    wrong = powers(grid, degree) @ w - (2 * math.pi * grid).sin()
    return {
        "curve": float(wrong.square().mean().sqrt()),
        "train": float((powers(x, degree) @ w - y).square().mean().sqrt()),
        "coefficient": float(w.abs().max()),
    }


def experiment(p: Parameters) -> Experiment:
    """Four degrees on few points; the highest on many, and with a penalty."""
    degrees = {"line": 1, "cubic": 3, "quintic": 5, "highest": p.highest}
    arms = {name: partial(fitted, p, degree, p.points, 0.0) for name, degree in degrees.items()}
    many = {"many_points": partial(fitted, p, p.highest, 1000, 0.0)}
    return Experiment(
        arms=arms | many | {"penalized": partial(fitted, p, p.highest, p.points, p.penalty)},
        metrics={name: itemgetter(name) for name in ("curve", "train", "coefficient")},
        claims={
            "line_underfits": Claim(lambda a: a.line.curve / min(a.cubic.curve, a.quintic.curve), above=1.5),
            "highest_overfits": Claim(lambda a: a.highest.curve / min(a.cubic.curve, a.quintic.curve), above=1.5),
            "training_error_falls": Claim(lambda a: a.line.train >= a.cubic.train >= a.quintic.train >= a.highest.train),
            "points_cure": Claim(lambda a: a.many_points.curve < min(a.cubic.curve, a.quintic.curve)),
            "penalty_tames": Claim(lambda a: a.penalized.curve / a.highest.curve, below=0.1),
        },
    )
