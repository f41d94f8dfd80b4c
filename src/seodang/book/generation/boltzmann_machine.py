"""What is a Boltzmann machine, what is its learning rule, and how does a restricted one relate to an autoencoder?

p(v, h) = exp(-E) / Z (Ackley, Hinton & Sejnowski 1985; restricted: Smolensky 1986). The gradient of the likelihood is
<v h> of the data less <v h> of the model; contrastive divergence takes one step of Gibbs sampling for it (Hinton 2002).
The 14 bars and stripes of 3 x 3 pixels, where all 512 images can be summed over; and an autoencoder with tied weights,
whose step from input to output is the score of a Gaussian machine's density (Vincent 2011).
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F

from seodang.data import Split
from seodang.experiment import Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.deep_belief import DenoisingLayer
from seodang.models.likelihood import every
from seodang.models.rbm import RBM


@dataclass(frozen=True)
class Parameters:
    """Hidden units, and steps of SGD with all 14 images in each."""

    hidden: int = knob(12, low=1, high=16)
    steps: int = knob(2000, low=1, high=20_000)


def bars(generator: torch.Generator) -> Split:
    """(112, 9) the images whose rows are each of one colour, or whose columns are, eight times, in any order."""
    rows = every(3)[:, :, None].expand(8, 3, 3)
    x = torch.unique(torch.cat([rows.flatten(1), rows.transpose(1, 2).flatten(1)]), dim=0).repeat(8, 1)
    return Split(x[torch.randperm(112, generator=generator)], x, x, x)


def machine(trained: Trained) -> RBM:
    """The trained weights as those of an RBM; an autoencoder with tied weights has the same ones."""
    weights = trained.model.state_dict()
    found = RBM(9, len(weights["hidden_bias"])).double()
    found.load_state_dict(weights)
    return found


def number(name: str, trained: Trained) -> float:
    """One of: exact nats an image; cross-entropy of going up and down again; two formulas against autograd."""
    model, x, v = machine(trained), trained.x_test.double(), every(9).double()
    (slope,) = torch.autograd.grad(-model.log_probability(x).mean(), model.weight)
    p = model.log_probability(v).exp()[:, None]  # <v h> of the model by enumeration, less that of the data:
    rule = model(v).T @ (p * v) - model(x).T @ x / len(x)
    z = torch.randn(50, 9, generator=torch.Generator().manual_seed(0)).double().requires_grad_()
    (score,) = torch.autograd.grad((-model.free_energy(z) - z.square().sum(1) / 2).sum(), z)  # Gaussian visible units
    step = F.linear(model(z), model.weight.T, model.visible_bias) - z  # an autoencoder's linear output less its input
    found = {
        "nats": -model.log_probability(x).mean(),
        "rebuilt": F.binary_cross_entropy(model.down(model(x)), x, reduction="none").sum(1).mean(),
        "rule_gap": (rule - slope).abs().max(),
        "score_gap": (step - score).abs().max(),
    }
    return float(found[name].detach())


def experiment(p: Parameters) -> Experiment:
    """The same weights to learn: by the exact gradient, by contrastive divergence, and as an autoencoder."""
    turn = partial(Turn, optimizer=partial(torch.optim.SGD, lr=0.2))
    noise = lambda n, generator: torch.rand(n, 9 + p.hidden, generator=generator)  # noqa: E731
    likely = turn(lambda model, batch: -model.log_probability(batch.x).mean())
    contrasted = turn(lambda model, batch: model.objective(batch.x, batch.noise))
    rebuilding = turn(lambda model, batch: model.objective(batch.x, torch.ones_like(batch.x)))
    rbm, tied = partial(RBM, 9, p.hidden, 0.1), partial(DenoisingLayer, 9, p.hidden)
    exact = Training(data=bars, model=rbm, turns=(likely,), steps=p.steps, batch=112, noise=noise)
    cd = replace(exact, turns=(contrasted,))
    return Experiment(
        arms={"exact": exact, "cd": cd, "autoencoder": replace(exact, model=tied, turns=(rebuilding,))},
        metrics={name: partial(number, name) for name in ("nats", "rebuilt", "rule_gap", "score_gap")},
        claims={
            "rule_is_the_gradient": Claim(lambda a: max(a.exact.rule_gap, a.cd.rule_gap), below=1e-5),
            "exact_learns": Claim(lambda a: a.exact.nats, below=2.8),
            "cd_is_close": Claim(lambda a: a.cd.nats, below=3.3),
            "cd_is_biased": Claim(lambda a: a.cd.nats - a.exact.nats, above=0.1),
            "autoencoder_is_no_density": Claim(lambda a: a.autoencoder.nats - a.cd.nats, above=0.5),
            "step_is_the_score": Claim(lambda a: a.autoencoder.score_gap, below=1e-6),
        },
    )
