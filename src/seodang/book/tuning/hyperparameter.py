"""What is a hyperparameter, and why can the training data not choose it?

A value that training does not set: left to the training loss, it would always be set for the most freedom (Goodfellow,
Bengio & Courville 2016, 5.3). Ridge regression with 30 noisy samples of 20 features: the strength of the penalty is chosen
on the training data, on validation data, and on the test data themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob

STRENGTHS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)


@dataclass(frozen=True)
class Parameters:
    """Samples to train on, features, and the standard deviation of what is added to the targets."""

    samples: int = knob(30, low=22, high=1_000)
    features: int = knob(20, low=1, high=20)
    noise: float = knob(3.0, low=0, high=100)


def drawn(p: Parameters, n: int, truth: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(n, features) inputs and (n,) noisy targets."""
    x = torch.randn(n, p.features, generator=generator, dtype=torch.double)
    return x, x @ truth + p.noise * torch.randn(n, generator=generator, dtype=torch.double)


def ridge(x: Tensor, y: Tensor, strength: float) -> Tensor:
    """The weights that minimize the squared error plus `strength` times the sum of squared weights."""
    weights: Tensor = torch.linalg.solve(x.T @ x + strength * torch.eye(x.shape[1], dtype=x.dtype), x.T @ y)
    return weights


def chosen(p: Parameters, by: str, seed: int) -> Mapping[str, float]:
    """The strength with the least error on one of three sets; that fit's error on the training and on the test data."""
    generator = torch.Generator().manual_seed(seed)
    truth = torch.randn(p.features, generator=generator, dtype=torch.double)
    sets = {name: drawn(p, n, truth, generator) for name, n in (("train", p.samples), ("validation", 30), ("test", 2_000))}

    def error(strength: float, on: str) -> float:
        x, y = sets[on]
        return float((x @ ridge(*sets["train"], strength) - y).square().mean())

    best = min(STRENGTHS, key=lambda strength: error(strength, by))
    on_train = [error(strength, "train") for strength in STRENGTHS]
    return {
        "strength": best,
        "train_error": error(best, "train"),
        "test_error": error(best, "test"),
        "rises": float(on_train == sorted(on_train)),
    }


def experiment(p: Parameters) -> Experiment:
    """The same strengths, chosen on three sets."""
    return Experiment(
        arms={name: partial(chosen, p, name) for name in ("train", "validation", "test")},
        metrics={name: itemgetter(name) for name in ("strength", "train_error", "test_error", "rises")},
        claims={
            "train_says_none": Claim(lambda a: a.train.strength == 0),
            "train_error_rises": Claim(lambda a: a.train.rises == 1),
            "validation_says_some": Claim(lambda a: a.validation.strength > 0),
            "validation_pays": Claim(lambda a: a.validation.test_error < 0.9 * a.train.test_error),
        },
    )
