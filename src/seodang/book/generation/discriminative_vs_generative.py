"""How do discriminative and generative classifiers differ in aim, and which needs less data?

Ng & Jordan 2002: naive Bayes models p(x | y) and p(y), logistic regression p(y | x) alone; both end in a linear rule here.
Where features are independent given the class, as naive Bayes assumes, it needs fewer samples; if not, it stays wrong. Two
classes in 40 dimensions, made so that the assumption holds, or so that features come in copies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Features; half the distance of the classes' means, in deviations; weight decay of logistic regression."""

    features: int = knob(40, low=2, high=200)
    apart: float = knob(1.6, above=0, high=20)
    decay: float = knob(0.001, above=0, high=10)


def drawn(p: Parameters, copies: bool, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(n, features) and labels 0 and 1. With `copies`, three quarters are noisy copies of the first two."""
    y = torch.randint(2, (n,), generator=generator)
    x = torch.randn(n, p.features, generator=generator) + p.apart * p.features**-0.5 * (2 * y[:, None] - 1)
    if copies:
        own = p.features // 4
        which = torch.arange(p.features - own) % 2
        x[:, own:] = x[:, which] + 0.3 * torch.randn(n, p.features - own, generator=generator)
    return x, y


def naive_bayes(x: Tensor, y: Tensor) -> Tensor:
    """Weights and bias of the rule from two Gaussians with independent features of common deviations."""
    means = torch.stack([x[y == k].mean(0) for k in (0, 1)])
    variance = (x - means[y]).square().mean(0)
    w = (means[1] - means[0]) / variance
    return torch.cat([w, -(means.mean(0) @ w)[None] + torch.logit(y.float().mean())])


def logistic(decay: float, x: Tensor, y: Tensor) -> Tensor:
    """Weights and bias by Newton's method on the cross-entropy with weight decay."""
    a, w = F.pad(x, (0, 1), value=1.0).double(), torch.zeros(x.shape[1] + 1).double()
    for _ in range(12):
        told = torch.sigmoid(a @ w)
        hessian = (a.T * (told * (1 - told))) @ a / len(a) + decay * torch.eye(len(w))
        w = w - torch.linalg.solve(hessian, a.T @ (told - y) / len(a) + decay * w)
    return w.float()


def compared(p: Parameters, copies: bool, n: int, seed: int) -> Mapping[str, float]:
    """Both trained on the same n samples, and their accuracy on 10,000 others."""
    generator = torch.Generator().manual_seed(seed)
    x, y = drawn(p, copies, n, generator)
    x_test, y_test = drawn(p, copies, 10_000, generator)
    rules = {"bayes": naive_bayes(x, y), "logistic": logistic(p.decay, x, y)}
    asked = F.pad(x_test, (0, 1), value=1.0)
    return {name: float(((asked @ w > 0) == y_test).float().mean()) for name, w in rules.items()}


def experiment(p: Parameters) -> Experiment:
    """The assumption true or false, few samples or many."""
    sizes = {"tiny": 20, "few": 50, "small": 200, "large": 2000}
    return Experiment(
        arms={
            f"{kind}_{size}": partial(compared, p, kind == "copied", n)
            for kind in ("independent", "copied")
            for size, n in sizes.items()
        },
        metrics={name: itemgetter(name) for name in ("bayes", "logistic")},
        claims={
            "bayes_ahead": Claim(lambda a: a.independent_small.bayes - a.independent_small.logistic, above=0.02),
            "level_with_data": Claim(lambda a: abs(a.independent_large.bayes - a.independent_large.logistic), below=0.01),
            "copies_hurt": Claim(lambda a: a.copied_small.logistic - a.copied_small.bayes, above=0.04),
            "copies_hurt_from_50_on": Claim(
                lambda a: min(x.logistic - x.bayes for x in (a.copied_few, a.copied_small, a.copied_large)), above=0.04
            ),
            "stays_wrong": Claim(lambda a: a.copied_large.logistic - a.copied_large.bayes, above=0.04),
            "bayes_ahead_when_tiny": Claim(lambda a: a.independent_tiny.bayes - a.independent_tiny.logistic, above=0.02),
        },
    )
