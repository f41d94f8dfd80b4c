"""What is variational inference: why does raising the ELBO bring q to the posterior, and why is p(x) out of reach?

ln p(x) = ELBO(q) + KL(q || p(z | x)) for every q (Jordan et al. 1999; Blei, Kucukelbir & McAuliffe 2017). With two latents
all three can be computed on a grid. A decoder with random weights, one image, and q: the prior, a Gaussian on its way up the
ELBO, the posterior itself; and the bound of several draws (Burda, Grosse & Salakhutdinov 2016).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob
from seodang.models.mlp import mlp
from seodang.models.vae import bernoulli, gaussian


@dataclass(frozen=True)
class Parameters:
    """Points of the grid a latent, from -6 to 6; pixels; steps of Adam on q."""

    points: int = knob(101, low=21, high=401)
    pixels: int = knob(12, low=2, high=64)
    steps: int = knob(200, low=1, high=5000)


def problem(pixels: int, points: int, seed: int) -> tuple[Tensor, Tensor]:
    """z (points^2, 2), and ln p(x, z) + ln of a cell's area, of an image that a random decoder draws."""
    torch.manual_seed(seed)
    decoder, line = mlp([2, 16, pixels], torch.nn.Tanh).double(), torch.linspace(-6, 6, points).double()
    with torch.no_grad():
        for weight in decoder.parameters():
            weight.normal_()
        x, z = torch.bernoulli(decoder(torch.randn(1, 2).double()).sigmoid()), torch.cartesian_prod(line, line)
        return z, bernoulli(x, decoder(z)) + gaussian(z, torch.zeros(1)) + 2 * math.log(12 / (points - 1))


def bound(joint: Tensor, q: Tensor) -> Tensor:
    """The ELBO by its definition, of q given as the logarithms of the cells' probabilities."""
    return (q.exp() * (joint - q)).sum()


def judged(p: Parameters, share: float | None, seed: int) -> Mapping[str, float]:
    """q, a Gaussian that begins as the prior, after so large a share of its steps up the ELBO; None: q is the posterior."""
    z, joint = problem(p.pixels, p.points, seed)
    mean, log_deviation = torch.zeros(2).double().requires_grad_(), torch.zeros(2).double().requires_grad_()
    optimizer = torch.optim.Adam([mean, log_deviation], lr=0.05, maximize=True)
    for _ in range(int(p.steps * (share or 0))):
        optimizer.zero_grad()
        bound(joint, gaussian((z - mean) / log_deviation.exp(), torch.zeros(1)).log_softmax(0)).backward()  # type: ignore
        optimizer.step()
    normal = gaussian((z - mean) / log_deviation.exp(), torch.zeros(1)).detach()
    q, exact = (joint if share is None else normal).log_softmax(0), joint.logsumexp(0)
    weights = (joint - q)[torch.multinomial(q.exp(), 200 * 5_000, replacement=True)].view(200, 5_000)
    found = {"elbo": bound(joint, q), "divergence": (q.exp() * (q - joint.log_softmax(0))).sum(), "exact": exact}
    found["gap"] = (exact - found["elbo"] - found["divergence"]).abs()
    found["coarse"] = problem(p.pixels, 50, seed)[1].logsumexp(0)  # 50 x 50 points
    found["bound_64"] = (weights[:, :64].logsumexp(1) - math.log(64)).mean()
    found["draws_5000"] = weights[0].logsumexp(0) - math.log(5_000)
    return {name: float(value) for name, value in found.items()}


def experiment(p: Parameters) -> Experiment:
    """Four q for the same image."""
    names = ("elbo", "divergence", "gap", "exact", "coarse", "bound_64", "draws_5000")
    shares = {"prior": 0.0, "early": 0.1, "gaussian": 1.0, "posterior": None}
    return Experiment(
        arms={name: partial(judged, p, share) for name, share in shares.items()},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "they_sum_up": Claim(lambda a: max(q.gap for q in (a.prior, a.early, a.gaussian, a.posterior)), below=1e-6),
            "up_is_closer": Claim(lambda a: a.prior.divergence > a.early.divergence > a.gaussian.divergence > 0.001),
            "posterior_is_tight": Claim(lambda a: abs(a.posterior.divergence), below=1e-6),
            "draws_tighten": Claim(lambda a: a.prior.elbo < a.prior.bound_64 < a.prior.exact),
            "coarse_grid_will_do": Claim(lambda a: abs(a.gaussian.coarse - a.gaussian.exact), below=0.05),
            "draws_will_do": Claim(lambda a: abs(a.gaussian.draws_5000 - a.gaussian.exact), below=0.05),
        },
    )
