"""What is gradient descent, how long may its step be, and why not use second derivatives as well?

Cauchy 1847: walk against the gradient. On f(w) = (w1² + 10 w2²) / 2 a step of rate r multiplies the two coordinates by
1 - r and 1 - 10 r, so the limit is 2 / 10. Newton's method divides by the curvature and arrives in one step, at the price
of a matrix: n (n + 1) / 2 different second derivatives (Nocedal & Wright 2006). The pupil's hill is w², by hand.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """How curved the steep direction is, the flat one being 1; hidden units of the network whose derivatives are counted."""

    steep: float = knob(10.0, above=1, high=1e6)
    hidden: int = knob(256, low=1, high=10_000)


def walked(
    p: Parameters, curvatures: list[float], start: list[float], rate: float | None, _seed: int
) -> Mapping[str, float]:
    """Along w ← w - rate · gradient in the valley of these curvatures; without a rate, by Newton's step.

    The loss after 30 steps, how many of them raised it, the distance from the bottom after 4, the steps until the loss is
    1e-10 (nan: not within 1,000), and the megabytes that the derivatives of one step would take in a network.
    """
    curved = torch.tensor(curvatures, dtype=torch.double)

    def valley(w: Tensor) -> Tensor:
        return (curved * w.square()).sum() / 2

    path = [torch.tensor(start, dtype=torch.double)]
    for _ in range(1000):
        gradient = torch.func.grad(valley)(path[-1])
        hessian = torch.func.jacrev(torch.func.grad(valley))(path[-1]) if rate is None else None
        path.append(path[-1] - (rate * gradient if hessian is None else torch.linalg.solve(hessian, gradient)))
    losses = [float(valley(w)) for w in path]
    n = sum(parameter.numel() for parameter in mlp([784, p.hidden, 10]).parameters())
    return {
        "loss": losses[30],
        "rises": sum(after > before for before, after in pairwise(losses[:31])),
        "distance": float(path[4].norm()),
        "steps": next((step for step, loss in enumerate(losses) if loss <= 1e-10), math.nan),
        "megabytes": 4e-6 * (n if rate is not None else n * (n + 1) // 2),
    }


def experiment(p: Parameters) -> Experiment:
    """Five rates and Newton's step in one valley; the pupil's hill is w², of curvature 2, from 4."""
    limit, best = 2 / p.steep, 2 / (1 + p.steep)
    rates = {"small": limit / 10, "best": best, "below": 0.95 * limit, "at": limit, "above": 1.05 * limit, "newton": None}
    arms = {name: partial(walked, p, [1.0, p.steep], [1.0, 1.0], rate) for name, rate in rates.items()}
    return Experiment(
        kind="derivation",
        arms={**arms, "hill": partial(walked, p, [2.0], [4.0], 0.25)},
        metrics={name: itemgetter(name) for name in ("loss", "rises", "distance", "steps", "megabytes")},
        claims={
            "below_descends": Claim(lambda a: a.below.rises == 0 and a.below.loss < 0.05),
            "at_never_arrives": Claim(lambda a: abs(a.at.loss - p.steep / 2) < 0.01 and math.isnan(a.at.steps)),
            "above_climbs": Claim(lambda a: a.above.rises == 30),
            "hand_is_right": Claim(lambda a: a.hill.distance == 0.25),
            "newton_needs_one": Claim(lambda a: a.newton.steps == 1 and a.best.steps >= 20),
            "matrix_is_too_large": Claim(lambda a: a.newton.megabytes, above=80_000),
        },
    )
