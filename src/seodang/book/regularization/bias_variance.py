"""What are bias and variance, and is one always bought with the other?

Geman, Bienenstock & Doursat 1992: over training sets drawn anew, the mean squared error at a point is bias² + variance +
noise, exactly. Polynomials of several degrees are fitted by least squares to noisy points of a sine, many times; each
error is taken on fresh noisy answers, so that both sides of the identity are measured by themselves.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.data.polynomial import legendre
from seodang.experiment import Claim, Experiment, knob

DEGREES = {"degree_1": 1, "degree_3": 3, "degree_5": 5, "degree_12": 12}


@dataclass(frozen=True)
class Parameters:
    """One period of a sine on [-1, 1], 20 points, noise of deviation 0.3, 500 training sets."""

    points: int = knob(20, low=14, high=10_000)
    noise: float = knob(0.3, low=0, high=10)
    sets: int = knob(500, low=10, high=10_000)


def curve(x: Tensor) -> Tensor:
    """The truth."""
    return torch.sin(math.pi * x)


def taken_apart(p: Parameters, degree: int, seed: int) -> Mapping[str, float]:
    """Bias², variance and the mean squared error on fresh answers, averaged over 200 places."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.linspace(-1, 1, p.points, dtype=torch.double)  # the places stay, the noise is drawn anew
    at = torch.linspace(-0.95, 0.95, 200, dtype=torch.double)
    answers = curve(x)[:, None] + p.noise * torch.randn(p.points, p.sets, dtype=torch.double, generator=generator)
    weights = torch.linalg.lstsq(legendre(x, degree), answers).solution  # (degree + 1, sets)
    predicted = legendre(at, degree) @ weights  # (200, sets)
    fresh = curve(at)[:, None] + p.noise * torch.randn(200, p.sets, dtype=torch.double, generator=generator)
    bias = (predicted.mean(1) - curve(at)).square().mean()
    variance = predicted.var(1, unbiased=False).mean()
    return {
        "error": float((predicted - fresh).square().mean()),
        "bias": float(bias),
        "variance": float(variance),
        "sum": float(bias + variance + p.noise**2),
    }


def experiment(p: Parameters) -> Experiment:
    """Four degrees, and degree 12 with four times the points."""
    arms = {name: partial(taken_apart, p, degree) for name, degree in DEGREES.items()}
    more = Parameters(points=4 * p.points, noise=p.noise, sets=p.sets)
    return Experiment(
        arms=arms | {"more_points": partial(taken_apart, more, 12)},
        metrics={name: itemgetter(name) for name in ("error", "bias", "variance", "sum")},
        claims={
            "adds_up": Claim(lambda a: max(abs(getattr(a, n).sum / getattr(a, n).error - 1) for n in DEGREES), below=0.03),
            "line_is_biased": Claim(lambda a: a.degree_1.bias / a.degree_1.variance, above=5),
            "wiggles_vary": Claim(lambda a: a.degree_12.variance / a.degree_12.bias, above=5),
            "not_a_trade": Claim(
                lambda a: a.more_points.bias <= 2 * a.degree_12.bias and a.more_points.variance < a.degree_12.variance / 2
            ),
        },
    )
