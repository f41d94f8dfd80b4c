"""What is the GAN's loss, what is its value at the best discriminator, and why is the generator given another one?

Goodfellow et al. 2014, equation 1, proposition 1 and theorem 1: D* = p / (p + q) and V(D*) = 2 JSD(p, q) - ln 4. Data p and
generator q are distributions on 24 symbols here, so that every expectation is a sum, and the gradients are autograd's.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob
from seodang.models.gan import best_discriminator, deceiving_loss, saturating_loss, value_at_best


@dataclass(frozen=True)
class Parameters:
    """Other discriminators that are tried beside the best one."""

    rivals: int = knob(1000, low=1, high=100_000)


def pair(kind: str) -> tuple[Tensor, Tensor]:
    """p and q on 24 symbols: the same, different, of no common symbol, or such that D* is 0.01 wherever q is."""
    generator = torch.Generator().manual_seed(0)
    p, q = torch.rand(2, 24, generator=generator, dtype=torch.double) ** 2
    half = (torch.arange(24) < 12).double()
    p, q = p / p.sum(), (q * half) / (q * half).sum() if kind in ("disjoint", "sure") else q / q.sum()
    rest = p * (1 - half) / (p * (1 - half)).sum()
    return {"equal": (p, p), "different": (p, q), "disjoint": (rest, q), "sure": (q / 99 + rest * 98 / 99, q)}[kind]


def game(parameters: Parameters, kind: str, _seed: int) -> Mapping[str, float]:
    """The value of the game, and what the generator feels of a sample at the best discriminator."""
    p, q = pair(kind)
    middle = (p + q) / 2
    shannon = float(sum((torch.xlogy(part, part) - torch.xlogy(part, middle)).sum() for part in (p, q)) / 2)
    value, best = float(value_at_best(p, q)), best_discriminator(p, q)
    rivals = torch.rand(parameters.rivals, 24, generator=torch.Generator().manual_seed(1), dtype=torch.double)
    played = (torch.xlogy(p, rivals) + torch.xlogy(q, 1 - rivals)).sum(1)
    slopes = []
    for loss in (saturating_loss, deceiving_loss):
        made = torch.logit(best[q.argmax()]).clamp(min=-40).requires_grad_()  # the sample that is drawn most often
        slopes.append(abs(float(torch.autograd.grad(loss(made), made)[0])))
    return {
        "value": value,
        "divergence": shannon,
        "identity_gap": abs(value - (2 * shannon - math.log(4))),
        "rival_gain": float(played.max()) - value,
        "flat": slopes[0],
        "steep": slopes[1],
    }


def experiment(p: Parameters) -> Experiment:
    """Four positions of data and generator."""
    names = ("value", "divergence", "identity_gap", "rival_gain", "flat", "steep")
    kinds = ("equal", "different", "disjoint", "sure")
    return Experiment(
        kind="derivation",
        arms={kind: partial(game, p, kind) for kind in kinds},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "best_at_equal": Claim(lambda a: abs(a.equal.value + math.log(4)), below=1e-6),
            "is_a_divergence": Claim(
                lambda a: max(x.identity_gap for x in (a.equal, a.different, a.disjoint, a.sure)), below=1e-9
            ),
            "no_rival_gains": Claim(lambda a: max(x.rival_gain for x in (a.equal, a.different, a.sure)), below=0),
            "ratio_is_99": Claim(lambda a: abs(a.sure.steep / a.sure.flat - 99), below=1e-3),
            "apart_is_flat": Claim(
                lambda a: abs(a.disjoint.value) < 1e-9 and a.disjoint.flat < 1e-9 and a.disjoint.steep > 0.99
            ),
        },
    )
