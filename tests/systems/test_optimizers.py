"""Optimizers against PyTorch's, and what each was made for, on functions where the right answer is known."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from systems.optimizers import SEEDS, bowl, seeded, slope_of
from torch import Tensor, nn

from seodang.data.digits import everything
from seodang.models.optimizers.adadelta import adadelta
from seodang.models.optimizers.adagrad import adagrad
from seodang.models.optimizers.adam import adam, adamw, amsgrad
from seodang.models.optimizers.descent import Update, descend
from seodang.models.optimizers.gradient_descent import gradient_descent
from seodang.models.optimizers.momentum import best_for_quadratic, momentum
from seodang.models.optimizers.nesterov import look_ahead, nesterov
from seodang.models.optimizers.rmsprop import rmsprop


def gap_to_torch(update: Update, optimizer: Callable[..., torch.optim.Optimizer], seed: int) -> float:
    """After each of 100 minibatch steps of a network on digits: the largest relative distance from torch's parameters."""
    x, y = everything()
    order = torch.randint(len(x), (100, 64), generator=seeded(seed))
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(64, 16), nn.Tanh(), nn.Linear(16, 10)).double()
    theirs = optimizer(net.parameters())
    ours: list[Tensor] = [p.detach().clone() for p in net.parameters()]
    memories: list[Any] = [None] * len(ours)
    names, widest = [name for name, _ in net.named_parameters()], 0.0
    for rows in order:
        batch, target = x[rows].double(), y[rows]
        points = [p.requires_grad_() for p in ours]
        scores = torch.func.functional_call(net, dict(zip(names, points, strict=True)), (batch,))
        gradients = torch.autograd.grad(F.cross_entropy(scores, target), points)
        moved = [update(p.detach(), g, m) for p, g, m in zip(points, gradients, memories, strict=True)]
        ours, memories = [x for x, _ in moved], [m for _, m in moved]
        theirs.zero_grad()
        F.cross_entropy(net(batch), target).backward()  # type: ignore[no-untyped-call]
        theirs.step()
        for mine, other in zip(ours, net.parameters(), strict=True):
            widest = max(widest, float((mine - other.detach()).abs().max() / other.detach().abs().max()))
    return widest


Same = tuple[partial[tuple[Tensor, Any]], Callable[..., torch.optim.Optimizer], float]
SAME: list[tuple[str, Same]] = [
    ("gradient_descent", (partial(gradient_descent, lr=0.3), partial(torch.optim.SGD, lr=0.3), 1e-7)),
    ("momentum", (partial(momentum, lr=0.1), partial(torch.optim.SGD, lr=0.1, momentum=0.9), 1e-7)),
    ("nesterov", (partial(nesterov, lr=0.1), partial(torch.optim.SGD, lr=0.1, momentum=0.9, nesterov=True), 1e-6)),
    ("adagrad", (partial(adagrad, lr=0.05), partial(torch.optim.Adagrad, lr=0.05), 1e-6)),
    ("adadelta", (partial(adadelta), torch.optim.Adadelta, 1e-6)),
    ("rmsprop", (partial(rmsprop, lr=0.005), partial(torch.optim.RMSprop, lr=0.005), 1e-6)),
    ("adam", (partial(adam, lr=0.01), partial(torch.optim.Adam, lr=0.01), 1e-6)),
    ("adam", (partial(amsgrad, lr=0.01), partial(torch.optim.Adam, lr=0.01, amsgrad=True), 1e-6)),
    ("adam", (partial(adamw, lr=0.01, weight_decay=0.1), partial(torch.optim.AdamW, lr=0.01, weight_decay=0.1), 1e-6)),
]


@pytest.mark.parametrize(
    ("update", "optimizer", "most"),
    [pytest.param(*same, marks=pytest.mark.system(name=name), id=same[0].func.__name__) for name, same in SAME],
)
def test_an_update_is_pytorchs(
    update: partial[tuple[Tensor, Any]], optimizer: Callable[..., torch.optim.Optimizer], most: float, measured: Measured
) -> None:
    gaps = [gap_to_torch(update, optimizer, seed) for seed in SEEDS]
    measured(
        f"{update.func.__name__}: relative distance from torch's over 100 steps",
        max(gaps),
        must=f"≤ {most:.0e}",
        n=len(SEEDS),
    )
    assert max(gaps) <= most


@pytest.mark.system(name="gradient_descent")
def test_gradient_descent_converges_below_2_over_the_largest_curvature_and_no_further(measured: Measured) -> None:
    ratios = []
    for seed in range(5):
        root = torch.randn(8, 8, dtype=torch.float64, generator=seeded(seed))
        hessian = root @ root.T
        start = torch.randn(8, dtype=torch.float64, generator=seeded(seed + 100))

        largest = float(torch.linalg.eigvalsh(hessian)[-1])
        low, high = 0.0, 4 / largest
        for _ in range(10):
            middle = (low + high) / 2
            path = descend(partial(gradient_descent, lr=middle), partial(torch.mv, hessian), start, 500)
            low, high = (low, middle) if path[-1].norm() > path[-100].norm() else (middle, high)
        ratios.append((low + high) / 2 * largest / 2)
    worst = max(ratios, key=lambda ratio: abs(ratio - 1))
    measured("largest learning rate that converges, over 2 / L", worst, must="1 ± .01", n=len(ratios))
    assert abs(worst - 1) <= 0.01


@pytest.mark.system(name="gradient_descent")
def test_the_variance_of_a_batchs_gradient_falls_as_one_over_its_size(measured: Measured) -> None:
    x, y = everything()
    sizes, slopes = (1, 2, 4, 8, 16, 32, 64, 128), []
    for seed in range(3):
        weight = 0.3 * torch.randn(64, 10, generator=seeded(seed))
        error = (x @ weight).softmax(-1) - F.one_hot(y, 10)
        gradients = (x[:, :, None] * error[:, None, :]).flatten(1)  # (samples, 640)
        spread = []
        for size in sizes:
            chosen = torch.randint(len(x), (400, size), generator=seeded(seed))
            weights = torch.zeros(400, len(x)).scatter_add(1, chosen, torch.full((400, size), 1 / size))
            spread.append(float((weights @ gradients).var(0).sum()))
        slopes.append(slope_of(sizes, spread))
    worst = max(slopes, key=lambda slope: abs(slope + 1))
    measured("slope of log Var(gradient) over log batch size", worst, must="−1 ± .05", n=len(slopes))
    assert abs(worst + 1) <= 0.05


def steps_to(path: Tensor, share: float) -> int:
    """The steps after which the error stays below a share of what it was."""
    errors = path.norm(dim=1)
    return int((errors > share * errors[0]).nonzero().max()) + 1


@pytest.mark.system(name="momentum")
def test_momentum_is_five_times_as_fast_on_an_ill_conditioned_bowl(measured: Measured) -> None:
    lr, m = best_for_quadratic(0.01, 1.0)
    ratios = []
    for seed in range(5):
        start = torch.randn(20, dtype=torch.float64, generator=seeded(seed))
        plain = descend(partial(gradient_descent, lr=2 / 1.01), bowl, start, 1000)
        heavy = descend(partial(momentum, lr=lr, momentum=m), bowl, start, 1000)
        ratios.append(steps_to(plain, 1e-6) / steps_to(heavy, 1e-6))
    measured("steps without momentum, over steps with, to 1e-6 at κ = 100, both tuned", min(ratios), must="≥ 5", n=5)
    assert min(ratios) >= 5


@pytest.mark.system(name="momentum")
def test_the_two_ways_to_write_momentum_part_when_the_rate_changes(measured: Measured) -> None:
    """Polyak's velocity holds the rates of the past, PyTorch's does not."""

    def apart(rates: Sequence[float]) -> float:
        x = other = torch.ones(20, dtype=torch.float64)
        velocity, within = None, torch.zeros_like(other)
        for lr in rates:
            x, velocity = momentum(x, bowl(x), velocity, lr=lr)
            within = 0.9 * within - lr * bowl(other)
            other = other + within
        return float((x - other).abs().max())

    same, changed = apart([0.1] * 50), apart([0.1] * 25 + [0.01] * 25)
    measured("distance of the two formulas over 50 steps at one rate", same, must="≤ 1e-7")
    measured("the same where the rate falls to a tenth halfway", changed, must="> 1e-4")
    assert same <= 1e-7
    assert changed > 1e-4


@pytest.mark.system(name="nesterov")
def test_nesterov_looks_ahead_and_swings_less(measured: Measured) -> None:
    start, lr, m = torch.ones(20, dtype=torch.float64), 0.5, 0.9
    ours = descend(partial(nesterov, lr=lr, momentum=m), bowl, start, 100)
    x, velocity, gaps = start, torch.zeros_like(start), []
    for point in ours:
        gaps.append(float((x + m * velocity - point).abs().max()))
        x, velocity = look_ahead(x, bowl, velocity, lr=lr, momentum=m)
    heavy = descend(partial(momentum, lr=lr, momentum=m), bowl, start, 100)
    swings = [float(-path.min()) for path in (ours, heavy)]
    measured("distance from the points looked ahead to in the paper's form", max(gaps), must="≤ 1e-6")
    measured("overshoot, as a share of momentum's (κ = 100, m = .9)", swings[0] / swings[1], must="≤ 1")
    assert max(gaps) <= 1e-6
    assert swings[0] <= swings[1]


@pytest.mark.system(name="adagrad")
def test_adagrads_effective_rate_falls_as_one_over_the_root_of_time(measured: Measured) -> None:
    slopes = []
    for seed in range(5):
        gradients = torch.randn(1000, 50, generator=seeded(seed), dtype=torch.float64)
        x, squares, rates = torch.zeros(50, dtype=torch.float64), None, []
        for gradient in gradients:
            after, squares = adagrad(x, gradient, squares, lr=0.1)
            rates.append(float(((x - after) / gradient).median()))
            x = after
        times = range(10, 1000)
        slopes.append(slope_of(times, [rates[t - 1] for t in times]))
    worst = max(slopes, key=lambda slope: abs(slope + 0.5))
    measured("slope of log(step / gradient) over log t", worst, must="−½ ± .05", n=len(slopes))
    assert abs(worst + 0.5) <= 0.05


@pytest.mark.system(name="adadelta")
def test_adadeltas_step_does_not_vanish(measured: Measured) -> None:
    def later(update: Update) -> float:
        """The 1,000th step over the 100th under a constant gradient."""
        steps = descend(update, torch.ones_like, torch.zeros(1, dtype=torch.float64), 1000).diff(dim=0)
        return float(steps[999] / steps[99])

    ours, other = later(adadelta), later(partial(adagrad, lr=0.1))
    first = float(descend(adadelta, torch.ones_like, torch.zeros(1, dtype=torch.float64), 1)[1].abs())
    measured("step 1,000 over step 100 under a constant gradient", ours, must="≥ .3")
    measured("the same of Adagrad", other, must="≤ .4")
    measured("its first step for a gradient of 1: it begins slowly", first, must="≤ .01")
    assert ours >= 0.3
    assert other <= 0.4
    assert first <= 0.01


@pytest.mark.system(name="rmsprop")
def test_rmsprop_is_adam_without_momentum_and_correction_and_becomes_the_sign(measured: Measured) -> None:
    gradients = torch.randn(100, 20, dtype=torch.float64, generator=seeded(0))
    x, squares, signs = torch.zeros(20, dtype=torch.float64), None, []
    for gradient in gradients:
        after, squares = rmsprop(x, gradient, squares, lr=0.01, alpha=0.0)
        signs.append(float((after - x + 0.01 * gradient.sign()).abs().max()))
        x = after
    x = y = torch.zeros(20, dtype=torch.float64)
    squares, moments, gaps = None, None, []
    for t, gradient in enumerate(gradients, 1):
        x, squares = rmsprop(x, gradient, squares, lr=0.01, alpha=0.9, eps=0.0)
        # Adam's correction of v divides it by 1 - β₂ᵗ; taking the root of that off the rate undoes it.
        y, moments = adam(y, gradient, moments, lr=0.01 / math.sqrt(1 - 0.9**t), betas=(0.0, 0.9), eps=0.0)
        gaps.append(float((x - y).abs().max()))
    measured("distance from Adam with β₁ = 0 and its correction undone, 100 steps", max(gaps), must="≤ 1e-6")
    measured("distance from steps of the gradient's sign, α = 0", max(signs), must="≤ 1e-6")
    assert max(gaps) <= 1e-6
    assert max(signs) <= 1e-6
