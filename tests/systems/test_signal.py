"""How a signal and its gradient pass a deep network (initializations, activations), and the losses they come from."""

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from torch import Tensor, nn

from seodang.data.digits import digits, everything
from seodang.experiment import Trained, Training
from seodang.models import mlp
from seodang.models.activations import ACTIVATIONS, softmax, softmax_slope
from seodang.models.initializations import constant, he, lecun, orthogonal, xavier
from seodang.training import train_arms

SEEDS = (0, 1, 2)
Weights = Callable[[Tensor], object]


@pytest.fixture(autouse=True)
def same_numbers() -> None:
    """Random weights and inputs are the same each time; what is trained has seeds of its own."""
    torch.manual_seed(0)


@pytest.mark.system(name="initialization")
def test_each_initialization_has_the_variance_of_its_paper(measured: Measured) -> None:
    outputs, inputs = 600, 400
    variances: dict[str, tuple[Weights, float]] = {
        "LeCun, 1 / inputs": (lecun, 1 / inputs),
        "Xavier, 2 / (inputs + outputs)": (xavier, 2 / (inputs + outputs)),
        "He, 2 / inputs": (he, 2 / inputs),
        "orthogonal, 1 / the longer side": (orthogonal, 1 / outputs),
    }
    for name, (weights, variance) in variances.items():
        ratios = []
        for _ in range(5):
            weight = torch.empty(outputs, inputs)
            weights(weight)
            ratios.append(float(weight.square().mean()) / variance)
        worst = max(ratios, key=lambda ratio: abs(ratio - 1))
        measured(f"variance over what it must be: {name}", worst, must="1 ± .02", n=len(ratios))
        assert abs(worst - 1) <= 0.02
        assert abs(float(weight.mean())) <= 0.01 * math.sqrt(variance)


@pytest.mark.system(name="initialization")
def test_an_orthogonal_matrix_keeps_every_length(measured: Measured) -> None:
    gaps = []
    for shape in ((50, 50), (80, 50), (50, 80)):
        weight = torch.empty(shape, dtype=torch.float64)
        orthogonal(weight)
        small = weight.T @ weight if shape[0] >= shape[1] else weight @ weight.T
        gaps.append(float((small - torch.eye(50)).abs().max()))
    x = start = torch.randn(50, dtype=torch.float64)
    for _ in range(100):
        weight = torch.empty(50, 50, dtype=torch.float64)
        orthogonal(weight)
        x = weight @ x
    gaps.append(abs(float(x.norm() / start.norm()) - 1))
    measured("WᵀW against the identity, and a length after 100 layers", max(gaps), must="≤ 1e-6", n=len(gaps))
    assert max(gaps) <= 1e-6


def depths(weights: Weights, activation: Callable[[Tensor], Tensor], depth: int, width: int = 500) -> list[Tensor]:
    """The outputs of each layer of a deep network for 200 normal inputs."""
    x, found = torch.randn(200, width), []
    for _ in range(depth):
        weight = torch.empty(width, width)
        weights(weight)
        x = activation(x @ weight.T)
        found.append(x)
    return found


@pytest.mark.system(name="initialization")
def test_small_weights_let_the_signal_fade_and_large_ones_saturate(measured: Measured) -> None:
    """The experiment of CS231n, lecture 6: ten tanh layers of 500 units."""
    spread = {
        name: depths(weights, torch.tanh, 10)[-1]
        for name, weights in (
            ("small", partial(nn.init.normal_, std=0.01)), ("large", partial(nn.init.normal_, std=1.0)), ("xavier", xavier)
        )
    }  # fmt: skip
    faded, kept = float(spread["small"].std()), float(spread["xavier"].std())
    saturated = float((spread["large"].abs() > 0.9).float().mean())
    measured("standard deviation of the tenth tanh layer, weights of .01", faded, must="≤ 1e-4")
    measured("share of its outputs beyond ± .9, weights of 1", saturated, must="≥ .90")
    measured("its standard deviation, Xavier", kept, must=".2 to .8")
    assert faded <= 1e-4
    assert saturated >= 0.90
    assert 0.2 <= kept <= 0.8


@pytest.mark.system(name="initialization")
def test_he_keeps_the_signal_of_relu_and_xavier_halves_its_square_at_each_layer(measured: Measured) -> None:
    def doublings(weights: Weights) -> float:
        """Of the mean square of a ReLU layer's outputs, a layer, over 30 layers; the mean of four networks."""
        found = [[float(x.square().mean().log2()) for x in depths(weights, torch.relu, 30)] for _ in range(4)]
        return sum(sizes[-1] - sizes[0] for sizes in found) / (4 * 29)

    kept, halved = doublings(he), doublings(xavier)
    measured("doublings of the mean square a ReLU layer, over 30 layers, He", kept, must="0 ± .05", n=4)
    measured("the same, Xavier", halved, must="−1 ± .05", n=4)
    assert abs(kept) <= 0.05
    assert abs(halved + 1) <= 0.05


def deep(weights: Weights) -> Training:
    """Five hidden ReLU layers of 64 units on digits."""
    return Training(
        data=digits, model=partial(mlp, [64, *[64] * 5, 10], nn.ReLU, weights), loss=F.cross_entropy,
        optimizer=partial(torch.optim.SGD, lr=0.1), steps=300,
    )  # fmt: skip


@pytest.mark.system(name="initialization")
def test_the_scale_of_the_first_weights_decides_whether_a_deep_network_trains(measured: Measured) -> None:
    factors = (1 / 16, 1 / 4, 1.0, 4.0, 16.0)
    trained = train_arms({str(factor): deep(partial(he, factor=factor)) for factor in factors}, SEEDS, threads=1)
    means = [sum(one.accuracy() for one in trained[str(factor)]) / len(SEEDS) for factor in factors]
    told = ", ".join(f"{value:.2f}" for value in means)
    worst = min(one.accuracy() for one in trained["1.0"])
    measured("mean accuracy at 1/16, 1/4, 1, 4, 16 times He's standard deviation", told, n=len(SEEDS))
    measured("lowest accuracy, He", worst, must="≥ .90", n=len(SEEDS))
    measured("He minus the better of 1/4 and 4", means[2] - max(means[1], means[3]), must="≥ .50", n=len(SEEDS))
    assert worst >= 0.90
    assert means[2] - max(means[1], means[3]) >= 0.50
    assert max(means[0], means[4]) <= 0.50


@pytest.mark.system(name="initialization")
def test_units_that_start_alike_stay_alike_and_zeros_do_not_move(measured: Measured) -> None:
    trained = train_arms({"equal": deep(partial(constant, value=1 / 64)), "zero": deep(nn.init.zeros_)}, SEEDS, threads=1)

    def first(one: Trained) -> Tensor:
        return next(one.model.parameters()).detach()

    ranks = [int(torch.linalg.matrix_rank(first(one).double(), rtol=1e-5)) for one in trained["equal"]]
    moved = [float((first(one) - next(one.initial.parameters()).detach()).abs().max()) for one in trained["equal"]]
    still = [
        float((a - b).detach().abs().max())
        for one in trained["zero"]
        for a, b in list(zip(one.model.parameters(), one.initial.parameters(), strict=True))[:-1]
    ]
    measured("rank of the first 64 × 64 weights after 300 steps, all equal at first", max(ranks), must="1", n=len(SEEDS))
    measured("how far they moved", min(moved), must="≥ .01", n=len(SEEDS))
    measured("how far any parameter but the last bias moved from zero weights", max(still), must="0", n=len(SEEDS))
    assert max(ranks) == 1
    assert min(moved) >= 0.01
    assert max(still) == 0


@pytest.mark.system(name="activations")
def test_activations_and_their_derivatives_are_pytorchs(measured: Measured) -> None:
    theirs: dict[str, Callable[[Tensor], Tensor]] = {
        "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": F.relu, "leaky_relu": F.leaky_relu,
        "prelu": lambda x: F.prelu(x, torch.tensor([0.25], dtype=x.dtype)), "elu": F.elu, "gelu": F.gelu,
        "step": lambda x: torch.heaviside(x, torch.zeros(1, dtype=x.dtype)) + 0 * x,
    }  # fmt: skip
    assert set(theirs) == set(ACTIVATIONS)
    for name, ours in ACTIVATIONS.items():
        x = torch.cat([torch.linspace(-8, 8, 161), torch.zeros(1), torch.randn(100)]).double()
        gaps = [float((ours.value(x) - theirs[name](x)).abs().max())]
        if name != "step":
            x.requires_grad_()
            (slope,) = torch.autograd.grad(theirs[name](x).sum(), x)
            gaps.append(float((ours.slope(x.detach()) - slope).abs().max()))
        # At a distance from kinks, also against how the value really changes.
        away, h = torch.cat([torch.linspace(-5, -0.1, 50), torch.linspace(0.1, 5, 50)]).double(), 1e-6
        quotient = (ours.value(away + h) - ours.value(away - h)) / (2 * h)
        gaps.append(float((ours.slope(away) - quotient).abs().max()))
        measured(f"{name}: value and derivative against torch's and a difference quotient", max(gaps), must="≤ 1e-6", n=262)
        assert max(gaps) <= 1e-6, name
    a = torch.tensor([0.25], dtype=torch.float64, requires_grad=True)
    x = torch.randn(50, dtype=torch.float64)
    (slope,) = torch.autograd.grad(F.prelu(x, a).sum(), a)
    assert torch.allclose(slope, x.clamp(max=0).sum())


@pytest.mark.system(name="activations")
def test_softmax_and_its_derivative_are_pytorchs(measured: Measured) -> None:
    scores = 5 * torch.randn(7, 6, dtype=torch.float64)
    theirs = torch.stack([torch.autograd.functional.jacobian(partial(torch.softmax, dim=-1), row) for row in scores])  # type: ignore[no-untyped-call]
    gaps = [float((softmax(scores) - scores.softmax(-1)).abs().max()), float((softmax_slope(scores) - theirs).abs().max())]
    measured("softmax: value and derivative against torch's", max(gaps), must="≤ 1e-6", n=7)
    assert max(gaps) <= 1e-6
    assert torch.allclose(softmax(scores), softmax(scores + 1000))
    assert torch.allclose(softmax(scores).log(), scores.log_softmax(-1))


@pytest.mark.system(name="activations")
def test_the_gradient_that_reaches_the_first_of_ten_layers(measured: Measured) -> None:
    pixels, classes = everything()
    modules: dict[str, tuple[Callable[[], nn.Module], Weights]] = {
        "sigmoid": (nn.Sigmoid, xavier), "tanh": (nn.Tanh, xavier), "relu": (nn.ReLU, he), "leaky_relu": (nn.LeakyReLU, he),
        "prelu": (nn.PReLU, he), "elu": (nn.ELU, he), "gelu": (nn.GELU, he),
    }  # fmt: skip
    norms: dict[str, list[float]] = {}
    for name, (activation, weights) in modules.items():
        norms[name] = []
        for seed in range(5):
            torch.manual_seed(seed)
            net = mlp([64, *[64] * 9, 10], activation, weights)
            loss = F.cross_entropy(net(pixels[:256]), classes[:256])
            (slope,) = torch.autograd.grad(loss, [next(net.parameters())])
            norms[name].append(float(slope.norm()))
        middle = sorted(norms[name])[2]
        measured(f"{name}: norm of the first layer's gradient, ten layers, at the start", middle, n=5)
    net = mlp([64, *[64] * 9, 10], _Step, he)
    slope = torch.autograd.grad(F.cross_entropy(net(pixels[:256]), classes[:256]), [next(net.parameters())])[0]
    ratios = [relu / sigmoid for relu, sigmoid in zip(norms["relu"], norms["sigmoid"], strict=True)]
    measured("step: the same", float(slope.norm()), must="0")
    measured("ReLU's over the sigmoid's", min(ratios), must="≥ 1e5", n=5)
    assert slope.norm() == 0
    assert min(ratios) >= 1e5
    assert all(min(norms[name]) >= 1e-3 for name in norms if name != "sigmoid")


class _Step(nn.Module):
    """A step with the derivative that it has: nought everywhere."""

    def forward(self, x: Tensor) -> Tensor:
        return ACTIVATIONS["step"].value(x) + 0 * x
