"""What is cross-validation, and how much steadier is its estimate than that of a single held-out fifth?

Stone 1974; Kohavi 1995. 150 images are all there is. They are split thirty times anew, once into 80 % and 20 %, once into
five folds that take turns at being held out. How far do the estimates of one and the same thing scatter, and how far are
they from the accuracy on the images that were put away beforehand? The model is a least-squares classifier.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.data.digits import everything
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """The number of images at hand, of folds, and of times that everything is split anew."""

    images: int = knob(150, low=20, high=1000)
    folds: int = knob(5, low=2, high=20)
    splits: int = knob(30, low=2, high=200)


def accuracy(x: Tensor, y: Tensor, x_held: Tensor, y_held: Tensor) -> float:
    """Fit least squares with a small penalty to the first pair, and judge on the second."""
    targets = torch.nn.functional.one_hot(y, 10).float()
    weights = torch.linalg.solve(x.T @ x + 0.5 * torch.eye(x.shape[1]), x.T @ targets)
    return float(((x_held @ weights).argmax(dim=1) == y_held).float().mean())


def folds(n: int, parts: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Every index from 0 to n-1 in exactly one of the parts, in random order."""
    yield from torch.randperm(n, generator=generator).tensor_split(parts)


def estimated(p: Parameters, parts: int, rounds: int, seed: int) -> Mapping[str, float]:
    """The estimates of all splits: the mean over the first `rounds` of `parts` folds, each held out in its turn."""
    generator = torch.Generator().manual_seed(seed)
    x, y = everything()
    order = torch.randperm(len(x), generator=generator)
    x, y = torch.cat([x[order], torch.ones(len(x), 1)], dim=1), y[order]
    uses, estimates = torch.zeros(p.images), []
    for _ in range(p.splits):
        scores = []
        for held in list(folds(p.images, parts, generator))[:rounds]:
            kept = torch.ones(p.images, dtype=torch.bool)
            kept[held] = False
            uses[held] += 1
            scores.append(accuracy(x[: p.images][kept], y[: p.images][kept], x[held], y[held]))
        estimates.append(sum(scores) / rounds)
    truth, values = accuracy(x[: p.images], y[: p.images], x[p.images :], y[p.images :]), torch.tensor(estimates)
    return {
        "scatter": float(values.std()),
        "miss": float((values - truth).square().mean().sqrt()),
        "estimate": float(values.mean()),
        "truth": truth,
        "fewest_uses": float(uses.min()) / p.splits,
        "most_uses": float(uses.max()) / p.splits,
    }


def experiment(p: Parameters) -> Experiment:
    """One fold held out, or each in its turn; and ten folds."""
    return Experiment(
        arms={
            "holdout": partial(estimated, p, p.folds, 1),
            "folds": partial(estimated, p, p.folds, p.folds),
            "twice_the_folds": partial(estimated, p, 2 * p.folds, 2 * p.folds),
        },
        metrics={name: itemgetter(name) for name in ("scatter", "miss", "estimate", "truth", "fewest_uses", "most_uses")},
        claims={
            "steadier": Claim(lambda a: a.folds.scatter / a.holdout.scatter, below=0.7),
            "nearer": Claim(lambda a: a.folds.miss / a.holdout.miss, below=1.0),
            "each_once": Claim(lambda a: a.folds.fewest_uses == a.folds.most_uses == 1),
            "pessimistic": Claim(lambda a: a.folds.estimate < a.folds.truth),
            "more_folds_help": Claim(lambda a: a.twice_the_folds.miss < a.folds.miss),
        },
    )
