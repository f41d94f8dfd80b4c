"""The restricted Boltzmann machine by enumeration and by contrastive divergence, scikit-learn's, and pre-training."""

from __future__ import annotations

import math
import warnings
from functools import cache, partial
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.neural_network import BernoulliRBM
from systems.conftest import Measured
from systems.likelihoods import SEEDS
from torch import Tensor, nn

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Batch, Training, Turn
from seodang.models.deep_belief import Layer, belief_network, denoising_network, perceptron, pretrain
from seodang.models.likelihood import every
from seodang.models.rbm import RBM
from seodang.training import train

pytestmark = pytest.mark.system(name="rbm")
VISIBLE, HIDDEN = 9, 12


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def bars() -> Tensor:
    """(14, 9) bars and stripes: the images of 3 x 3 whose rows are each of one colour, or whose columns are."""
    rows = every(3)[:, :, None].expand(8, 3, 3)
    both = torch.cat([rows.flatten(1), rows.transpose(1, 2).flatten(1)])
    distinct: Tensor = torch.unique(both, dim=0)
    return distinct


def machine(visible: int, hidden: int, spread: float = 0.8) -> RBM:
    """One far from its special first values, in double precision."""
    model = RBM(visible, hidden, spread).double()
    with torch.no_grad():
        model.visible_bias.normal_()
        model.hidden_bias.normal_()
    return model


def whole(model: RBM) -> Tensor:
    """(2^visible, 2^hidden) p(v, h) from the energy of every pair: what the formulas with sums left out are held to."""
    v, h = every(len(model.visible_bias)).double(), every(len(model.hidden_bias)).double()
    energies = torch.stack([model.energy(row.expand(len(h), -1), h) for row in v])
    return (-energies).flatten().softmax(0).view_as(energies)


@torch.no_grad()
def test_what_is_summed_by_formula_is_the_sum(measured: Measured) -> None:
    """p(v), p(h | v) and p(v | h), with the larger side left or right, from all 2^(visible + hidden) energies."""
    gaps: list[float] = []
    for visible, hidden in ((4, 6), (6, 4), (5, 5)):
        model = machine(visible, hidden)
        p, v, h = whole(model), every(visible).double(), every(hidden).double()
        gaps.append(float((model.log_probability(v).exp() - p.sum(1)).abs().max()))
        gaps.append(float((model(v) - p @ h / p.sum(1, keepdim=True)).abs().max()))
        gaps.append(float((model.down(h) - p.T @ v / p.sum(0)[:, None]).abs().max()))
    assert max(gaps) <= 1e-12
    measured("p(v), p(h | v), p(v | h), from the enumerated energies", max(gaps), must="≤ 1e-12", n=len(gaps))


def test_the_likelihoods_gradient_is_what_data_and_model_say_apart(measured: Measured) -> None:
    """Minus <v h> of the data plus <v h> of the model (Ackley, Hinton & Sejnowski 1985), and a difference quotient."""
    model, x = machine(5, 4), torch.randint(2, (30, 5)).double()
    slopes = torch.autograd.grad(-model.log_probability(x).mean(), [*model.parameters()])
    with torch.no_grad():
        p, v, h = whole(model), every(5).double(), every(4).double()
        by_rule = [
            h.T @ p.T @ v - model(x).T @ x / len(x),
            p.sum(1) @ v - x.mean(0),
            p.sum(0) @ h - model(x).mean(0),
        ]
        gap = max(float((a - b).abs().max()) for a, b in zip(slopes, by_rule, strict=True))
        ways = [torch.randn_like(parameter) for parameter in model.parameters()]
        losses = []
        for step in (1e-5, -2e-5):
            for parameter, way in zip(model.parameters(), ways, strict=True):
                parameter.add_(step * way)
            losses.append(float(-model.log_probability(x).mean()))
        along = sum(float((slope * way).sum()) for slope, way in zip(slopes, ways, strict=True))
        difference = abs((losses[0] - losses[1]) / 2e-5 - along)
    assert gap <= 1e-10
    assert difference <= 1e-5
    measured("gradient of the exact likelihood, from ⟨vh⟩ of model less data", gap, must="≤ 1e-10")
    measured("… from a difference quotient", difference, must="≤ 1e-5")


def test_contrastive_divergence_is_the_gradient_when_the_chain_has_forgotten_the_data(measured: Measured) -> None:
    """Its mean over many chains, against the exact gradient: one step is biased, a hundred are not."""
    model, x = machine(4, 3, spread=2.0), torch.randint(2, (1, 4)).double().expand(20_000, 4)
    exact = torch.autograd.grad(-model.log_probability(x[:1]).mean(), [*model.parameters()])
    biases = []
    for k in (1, 100):
        uniforms = torch.rand(len(x), k * model.draws, dtype=torch.float64)
        estimated = torch.autograd.grad(model.objective(x, uniforms), [*model.parameters()])
        biases.append(max(float((a - b).abs().max()) for a, b in zip(exact, estimated, strict=True)))
    assert biases[1] <= 0.02
    assert biases[0] > 0.05
    measured("largest bias of a gradient of CD-100", biases[1], must="≤ 0.02 (20,000 chains)")
    measured("… of CD-1", biases[0], must="> 0.05: it is biased")


def stripes(generator: torch.Generator) -> Split:  # noqa: ARG001 (all there is to learn is known)
    x = bars().repeat(8, 1)
    return Split(x, x, x, x)


def exactly(model: RBM, batch: Batch) -> Tensor:
    return -model.log_probability(batch.x).mean()


def contrasted(model: RBM, batch: Batch) -> Tensor:
    return model.objective(batch.x, batch.noise)


def uniforms(samples: int, generator: torch.Generator) -> Tensor:
    return torch.rand(samples, VISIBLE + HIDDEN, generator=generator)


@cache
def trained_on_bars(kind: str) -> list[RBM]:
    """A machine a seed, by the exact gradient or by CD-1."""
    optimizer = partial(torch.optim.SGD, lr=0.2, momentum=0.9 if kind == "exact" else 0.5)
    training = Training(
        data=stripes,
        model=partial(RBM, VISIBLE, HIDDEN, 0.1),
        turns=(Turn(exactly if kind == "exact" else contrasted, optimizer),),
        noise=None if kind == "exact" else uniforms,
        steps=600 if kind == "exact" else 1_600,
        batch=112,
    )
    models = [each.model for each in train(training, SEEDS, threads=1, strategy="loop")]
    return [model for model in models if isinstance(model, RBM)]


@torch.no_grad()
def exact_nats(model: RBM) -> float:
    return float(-model.log_probability(bars()).mean())


def test_bars_and_stripes(measured: Measured) -> None:
    """14 patterns of 512: at best ln 14 nats."""
    assert len(bars()) == 14
    exact, cd = ([exact_nats(model) for model in trained_on_bars(kind)] for kind in ("exact", "cd1"))
    assert len(exact) == len(cd) == len(SEEDS)
    assert math.log(14) <= min(exact)
    assert max(exact) <= 2.80
    assert max(cd) <= 3.30
    assert min(cd) > max(exact)
    measured(
        "bars and stripes, nats (at best ln 14 = 2.639, all alike 6.238): exact gradient", max(exact), must="≤ 2.80", n=3
    )
    measured("… CD-1, by the exact likelihood", max(cd), must="≤ 3.30, and above the exact gradient", n=3)


@torch.no_grad()
def test_gibbs_sampling_draws_from_the_model(measured: Measured) -> None:
    distances = []
    for model in trained_on_bars("cd1"):
        draw = torch.Generator().manual_seed(0)
        v, counts = torch.randint(2, (4_000, VISIBLE), generator=draw).float(), torch.zeros(512)
        for step in range(1_200):
            v = model.gibbs(v, torch.rand(4_000, model.draws, generator=draw))
            if step >= 200:
                counts += torch.bincount((v @ 2.0 ** torch.arange(8, -1, -1).float()).long(), minlength=512)
        p = model.log_probability(every(VISIBLE)).exp()
        distances.append(float((counts / counts.sum() - p).abs().sum() / 2))
    assert max(distances) <= 0.02
    measured("total variation of Gibbs sampling, 4,000 chains", max(distances), must="≤ 0.02", n=len(SEEDS))


def test_scikit_learns_machine_is_the_same(measured: Measured) -> None:
    """With its weights the same free energies and hidden units; and what its own training, a persistent chain, comes to."""
    x = bars().double().repeat(20, 1).numpy()  # a persistent chain beside every row
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        theirs = BernoulliRBM(HIDDEN, learning_rate=0.1, batch_size=280, n_iter=2_000, random_state=0).fit(x)
    ours = RBM(VISIBLE, HIDDEN).double()
    values = (theirs.components_, theirs.intercept_visible_, theirs.intercept_hidden_)
    named = zip(("weight", "visible_bias", "hidden_bias"), map(torch.from_numpy, values), strict=True)
    ours.load_state_dict(dict(named))
    with torch.no_grad():
        v = every(VISIBLE).double()
        energies = np.abs(ours.free_energy(v).numpy() - theirs._free_energy(v.numpy())).max()
        units = np.abs(ours(v).numpy() - theirs.transform(v.numpy())).max()
        nats = float(-ours.log_probability(bars().double()).mean())
    assert max(energies, units) <= 1e-10
    assert nats <= 4
    measured("free energies and hidden units, from scikit-learn's BernoulliRBM", float(max(energies, units)), must="≤ 1e-10")
    measured("nats of bars and stripes after scikit-learn's own training", nats, must="≤ 4")


@torch.no_grad()
def test_a_second_machine_turned_round_leaves_the_belief_network_as_it_was(measured: Measured) -> None:
    """Hinton, Osindero & Teh 2006, section 4: from there on training the second raises a bound. p(v) = Σ p(v | h) p₂(h)."""
    first, second = machine(6, 4), RBM(4, 6).double()
    second.load_state_dict({"weight": first.weight.T, "visible_bias": first.hidden_bias, "hidden_bias": first.visible_bias})
    v, h = every(6).double(), every(4).double()
    on = first.down(h)  # (16, 6)
    given = torch.stack([torch.where(row == 1, on, 1 - on).prod(1) for row in v])  # (64, 16) p(v | h)
    gap = float((given @ second.log_probability(h).exp() - first.log_probability(v).exp()).abs().max())
    assert gap <= 1e-12
    measured("a belief network of two machines, from its first alone, by enumeration", gap, must="≤ 1e-12")


def fine_tuned(made: list[Layer], seed: int, *, first: bool) -> float:
    """Accuracy on digits of the network that these layers begin, trained with labels, `first` without."""
    if first:
        pretrain(made, digits(torch.Generator().manual_seed(seed)).x_train, torch.Generator().manual_seed(seed))
    training = Training(
        data=digits,
        model=lambda: perceptron(made, 10),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.SGD, lr=0.1, momentum=0.9),
        steps=300,
    )
    return train(training, [seed], threads=1, strategy="loop")[0].accuracy()


@pytest.mark.parametrize(
    ("kind", "sizes"), [("belief network of 3 layers", (64,) * 4), ("denoising autoencoders, 5 layers", (64,) * 6)]
)
def test_pretraining_lets_a_deep_network_of_sigmoids_learn(kind: str, sizes: tuple[int, ...], measured: Measured) -> None:
    make = belief_network if kind.startswith("belief") else denoising_network
    with_, without = [], []
    for seed in SEEDS:
        torch.manual_seed(seed)
        without.append(fine_tuned(make(sizes), seed, first=False))
        with_.append(fine_tuned(make(sizes), seed, first=True))
    assert min(a - b for a, b in zip(with_, without, strict=True)) >= 0.3
    measured(f"accuracy after 300 steps with labels, {kind}: pre-trained", sum(with_) / len(SEEDS), n=len(SEEDS))
    measured("… not pre-trained", sum(without) / len(SEEDS), must="≥ 0.3 lower, every seed", n=len(SEEDS))


def kaiming_relu(sizes: tuple[int, ...]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for visible, hidden in pairwise(sizes):
        linear = nn.Linear(visible, hidden)
        nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], 10))


def test_relu_needs_no_pretraining(measured: Measured) -> None:
    training = Training(
        data=digits,
        model=lambda: kaiming_relu((64,) * 6),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.SGD, lr=0.1, momentum=0.9),
        steps=300,
    )
    found = [each.accuracy() for each in train(training, SEEDS, threads=1, strategy="loop")]
    assert min(found) >= 0.9
    measured("accuracy of 5 layers of ReLU after the same 300 steps, none before", min(found), must="≥ 0.9", n=len(SEEDS))
