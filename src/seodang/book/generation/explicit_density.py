"""What is an explicit model: whose number for p(x) is exact, whose a bound, whose lacks a constant, and who has none?

Goodfellow 2016, "NIPS 2016 tutorial: Generative adversarial networks", figure 9, sorts generative models by that. Of ten
black and white pixels there are 1,024 vectors, so what a model calls p(x) can be summed over all x: it must come to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch

from seodang.experiment import Claim, Experiment, knob
from seodang.models.likelihood import every, log_probability
from seodang.models.mlp import mlp
from seodang.models.nade import NADE
from seodang.models.rbm import RBM
from seodang.models.vae import vae


@dataclass(frozen=True)
class Parameters:
    """Pixels, draws of the tighter bound, and samples from which the generator's share of each vector is counted."""

    pixels: int = knob(10, low=2, high=12)
    draws: int = knob(64, low=1, high=512)
    samples: int = knob(1_000_000, low=1_000, high=10_000_000)


@torch.no_grad()
def summed(p: Parameters, name: str, _seed: int) -> Mapping[str, float]:
    """What a model calls p(x), summed over all x, and the share of vectors that it gives no probability at all."""
    torch.manual_seed(0)
    x, n = every(p.pixels).double(), p.pixels
    nade, coder, machine, generator = NADE(n, 8).double(), vae(2, n, 8).double(), RBM(n, 6, 1.0).double(), mlp([2, 32, n])
    for weight in (*nade.parameters(), *coder.decoder.parameters()):
        weight.normal_()
    noise = partial(torch.randn, len(x), 2, dtype=torch.double)

    def shares() -> torch.Tensor:
        places = (generator(torch.randn(p.samples, 2)) > 0).double() @ 2.0 ** torch.arange(n - 1, -1, -1).double()
        return (torch.bincount(places.long(), minlength=len(x)) / p.samples).log()

    said = {
        "nade": lambda: log_probability(nade(x), x),
        "bound": lambda: torch.stack([coder.bound(x, noise()) for _ in range(2_000)]).mean(0),
        "many_draws": lambda: torch.stack(
            [coder.importance_bound(x, torch.stack([noise() for _ in range(p.draws)])) for _ in range(100)]
        ).mean(0),
        "integral": lambda: coder.grid_likelihood(x, points=120),
        "energy": lambda: -machine.free_energy(x),
        "energy_over_z": lambda: machine.log_probability(x),  # Z is summed over the other side, the hidden units
        "gan": shares,
    }[name]()
    return {"total": float(said.exp().sum()), "left_out": float((said.exp() == 0).double().mean())}


def experiment(p: Parameters) -> Experiment:
    """Seven answers to "what is p(x)?", by four models."""
    names = ("nade", "bound", "many_draws", "integral", "energy", "energy_over_z", "gan")
    return Experiment(
        kind="derivation",
        arms={name: partial(summed, p, name) for name in names},
        metrics={name: itemgetter(name) for name in ("total", "left_out")},
        claims={
            "nade_is_exact": Claim(lambda a: abs(a.nade.total - 1), below=1e-5),
            "bound_is_below": Claim(lambda a: a.bound.total < a.many_draws.total < 1 and abs(a.integral.total - 1) < 1e-3),
            "energy_lacks_z": Claim(lambda a: abs(a.energy.total - 1) > 1 and abs(a.energy_over_z.total - 1) < 1e-9),
            "gan_leaves_out": Claim(lambda a: a.gan.left_out, above=0.5),
        },
    )
