"""What does a cost function do in training, and which one belongs to which task?

It turns predictions into one number, whose gradient says for each weight which way is down. The usual ones are negative
log-likelihoods: squared error of a normal distribution, absolute error of Laplace's, cross-entropies of coins and dice
(Bishop 2006, 1.2.5 and 4.3). A thousand random linear models for each; torch's distributions are the oracle.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor
from torch.distributions import Bernoulli, Categorical, Distribution, Laplace, Normal

from seodang.experiment import Arms, Claim, Experiment, knob
from seodang.models.losses import LOSSES

Fitting = Callable[[Tensor, Tensor], Tensor]
DRAWS, SAMPLES, FEATURES = 1_000, 9, 3
LIKELIHOODS: dict[str, tuple[float, Callable[[Tensor], Distribution]]] = {  # the factor of the loss, and what it assumes
    "mse": (0.5, lambda out: Normal(out, 1.0)),
    "mae": (1.0, lambda out: Laplace(out, 1.0)),
    "binary_cross_entropy": (1.0, lambda out: Bernoulli(logits=out)),
    "cross_entropy": (1.0, lambda out: Categorical(logits=out)),
}


@dataclass(frozen=True)
class Parameters:
    """How far every weight is moved against the sign of its slope: a small step and a large one."""

    small: float = knob(1e-4, above=0, high=10)
    large: float = knob(1.0, above=0, high=10)


def drawn(name: str, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs (9, 3), weights and targets (9,) of one random problem, in double precision."""
    outputs = 4 if name == "cross_entropy" else 1
    x = torch.randn(SAMPLES, FEATURES, generator=generator, dtype=torch.double)
    w = torch.randn(FEATURES, outputs, generator=generator, dtype=torch.double)
    classes = torch.randint(4 if outputs > 1 else 2, (SAMPLES,), generator=generator)
    y = torch.randn(SAMPLES, generator=generator, dtype=torch.double) if name in ("mse", "mae") else classes
    return x, w.requires_grad_(), y if name == "cross_entropy" else y.double()


def checked(name: str, p: Parameters, seed: int) -> Mapping[str, float]:
    """How a loss differs from its likelihood over the draws, and how often a step lowers it."""
    loss, (factor, assumed) = LOSSES[name].value, LIKELIHOODS[name]
    generator, offsets, fallen = torch.Generator().manual_seed(seed), [], {p.small: 0, p.large: 0}
    for _ in range(DRAWS):
        x, w, y = drawn(name, generator)
        out = (x @ w).squeeze(1)
        cost = loss(out, y)
        (slope,) = torch.autograd.grad(cost, w)
        surprise = -assumed(out).log_prob(y).mean()
        offsets.append(float((surprise - factor * cost).detach()))
        for step in fallen:
            fallen[step] += bool(loss((x @ (w - step * slope.sign())).squeeze(1), y) < cost)
    return {
        "offset": offsets[0],
        "offset_gap": max(offsets) - min(offsets),
        "small_step": float(fallen[p.small]),
        "large_step": float(fallen[p.large]),
    }


def experiment(p: Parameters) -> Experiment:
    """Four losses, each with the likelihood that it should be."""

    def of(a: Arms, metric: str) -> list[float]:
        return [getattr(getattr(a, name), metric) for name in LIKELIHOODS]

    return Experiment(
        kind="derivation",
        arms={name: partial(checked, name, p) for name in LIKELIHOODS},
        metrics={name: itemgetter(name) for name in ("offset", "offset_gap", "small_step", "large_step")},
        claims={
            "are_likelihoods": Claim(lambda a: max(of(a, "offset_gap")), below=1e-9),
            "small_step_lowers": Claim(lambda a: min(of(a, "small_step")) == DRAWS),
            "large_step_lowers": Claim(lambda a: min(of(a, "large_step")) == DRAWS),
        },
    )
