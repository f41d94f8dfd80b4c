"""What does "robust" mean, and is a robust estimator robust to everything?

Little change of the result for a change of the data that is named (Huber 1964). A line fitted to a hundred points by squared
error, absolute error, Huber's loss, and the median of the slopes of all pairs (Theil 1950; Sen 1968); then a tenth of the
points is spoilt in three ways.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob

Slope = Callable[[Tensor, Tensor], float]
TRUE = 2.0


@dataclass(frozen=True)
class Parameters:
    """Points, the share that is spoilt, and by what a spoilt height is multiplied."""

    points: int = knob(100, low=20, high=2_000)
    share: float = knob(0.1, low=0, high=0.5)
    factor: float = knob(20.0, low=-1_000, high=1_000)


def reweighted(x: Tensor, y: Tensor, weigh: Callable[[Tensor], Tensor]) -> float:
    """The slope of least squares whose weights follow from the errors, repeated until it stays."""
    a, weight = torch.stack([x, torch.ones_like(x)], 1), torch.ones_like(x)
    for _ in range(60):
        line = torch.linalg.lstsq(a * weight[:, None], y * weight).solution
        weight = weigh((y - a @ line).abs().clamp(min=1e-6)).sqrt()
    return float(line[0])


def pairs(x: Tensor, y: Tensor) -> float:
    """The median of the slopes of all pairs of points."""
    i, j = torch.triu_indices(len(x), len(x), 1)
    return float(((y[j] - y[i]) / (x[j] - x[i])).median())


SLOPES: dict[str, Slope] = {
    "squared": lambda x, y: reweighted(x, y, torch.ones_like),
    "absolute": lambda x, y: reweighted(x, y, torch.reciprocal),
    "huber": lambda x, y: reweighted(x, y, lambda error: (1.345 / error).clamp(max=1)),
    "pairs": pairs,
}


def spoilt(p: Parameters, slope: Slope, seed: int) -> Mapping[str, float]:
    """How far the slope moves when points are spoilt: heights here and there, heights at the end, places; and its error."""
    generator = torch.Generator().manual_seed(seed)
    x = (10 * torch.rand(p.points, generator=generator, dtype=torch.double)).sort().values
    y = TRUE * x + 1 + torch.randn(p.points, generator=generator, dtype=torch.double)
    clean, bad = slope(x, y), round(p.share * p.points)
    anywhere = torch.randperm(p.points, generator=generator)[:bad]
    here, end, far = y.clone(), y.clone(), x.clone()
    here[anywhere] *= p.factor
    end[-bad:] *= p.factor
    far[anywhere] += 10 * p.factor
    return {
        "scattered": abs(slope(x, here) - clean),
        "at_the_end": abs(slope(x, end) - clean),
        "misplaced": abs(slope(far, y) - clean),
        "error": abs(clean - TRUE),
    }


def experiment(p: Parameters) -> Experiment:
    """Four ways to fit a line."""
    return Experiment(
        arms={name: partial(spoilt, p, slope) for name, slope in SLOPES.items()},
        metrics={name: itemgetter(name) for name in ("scattered", "at_the_end", "misplaced", "error")},
        claims={
            "outliers_move_squares": Claim(lambda a: a.squared.scattered > 5 * max(a.huber.scattered, a.absolute.scattered)),
            "also_at_the_end": Claim(lambda a: a.squared.at_the_end > 5 * max(a.huber.at_the_end, a.absolute.at_the_end)),
            "huber_survives_places": Claim(lambda a: a.huber.misplaced, below=0.5),
            "pairs_survive_places": Claim(lambda a: a.pairs.misplaced, below=0.5),
            "squares_best_when_clean": Claim(lambda a: a.squared.error < a.absolute.error),
        },
    )
