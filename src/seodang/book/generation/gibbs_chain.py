"""How many steps must a Gibbs chain take until its states have the distribution of the machine?

A restricted Boltzmann machine is sampled by drawing its two sides in turn (Geman & Geman 1984; Hinton 2002). With 9 visible
units its 512 probabilities can be summed out, and the distance of many chains' states from them is seen step by step. The
machines have learned the 14 bars and stripes of 3 x 3 pixels, for a short and a long time; then all weights are doubled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob
from seodang.models.likelihood import every
from seodang.models.rbm import RBM

NUMBERS = ("nats", "after_1", "after_10", "after_100", "pooled", "perfect")


@dataclass(frozen=True)
class Parameters:
    """Hidden units; steps of SGD with the exact gradient, and in the short arm; how many chains, and steps of each."""

    hidden: int = knob(12, low=1, high=16)
    steps: int = knob(2000, low=1, high=20_000)
    short: int = knob(200, low=1, high=20_000)
    chains: int = knob(5000, low=10, high=100_000)
    length: int = knob(600, low=201, high=20_000)


def bars() -> Tensor:
    """(14, 9) the images whose rows are each of one colour, or whose columns are."""
    rows = every(3)[:, :, None].expand(8, 3, 3)
    images: Tensor = torch.unique(torch.cat([rows.flatten(1), rows.transpose(1, 2).flatten(1)]), dim=0)
    return images.double()


def chained(p: Parameters, steps: int, scale: float, seed: int) -> Mapping[str, float]:
    """Total variation between the machine, its weights times `scale`, and the states of chains begun at random."""
    draw, x = torch.manual_seed(seed), bars()
    machine = RBM(9, p.hidden, 0.1).double()
    optimizer = torch.optim.SGD(machine.parameters(), lr=0.2)
    for _ in range(steps):
        optimizer.zero_grad()
        (-machine.log_probability(x).mean()).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    machine.requires_grad_(False).load_state_dict({name: scale * each for name, each in machine.state_dict().items()})
    states, place = every(9).double(), 2.0 ** torch.arange(9).double()
    exact = torch.zeros(512).double().scatter(0, (states @ place).long(), machine.log_probability(states).exp())

    def apart(counts: Tensor) -> float:
        return float((counts / counts.sum() - exact).abs().sum() / 2)

    v, pooled, found = (torch.rand(p.chains, 9) < 0.5).double(), torch.zeros(512), {}
    for step in range(1, p.length + 1):
        v = machine.gibbs(v, torch.rand(p.chains, machine.draws))
        counts = torch.bincount((v @ place).long(), minlength=512)
        pooled += counts * (step > 200)
        found[f"after_{step}"] = apart(counts)
    perfect = apart(torch.bincount(exact.multinomial(p.chains, True, generator=draw), minlength=512))
    return found | {"pooled": apart(pooled), "perfect": perfect, "nats": float(-machine.log_probability(x).mean())}


def experiment(p: Parameters) -> Experiment:
    """Weights that have learned for a tenth of the steps, for all of them, and these doubled."""
    run = partial(partial, chained, p)
    return Experiment(
        arms={"short": run(p.short, 1), "long": run(p.steps, 1), "doubled": run(p.steps, 2)},
        metrics={name: itemgetter(name) for name in NUMBERS},
        claims={
            "histogram_matches": Claim(lambda a: a.long.pooled, below=0.02),
            "short_is_quick": Claim(lambda a: a.short.after_10 - a.short.perfect, below=0.02),
            "doubled_is_stuck": Claim(lambda a: a.doubled.pooled, above=0.05),
        },
    )
