"""The learning rate: its range, its limit, and schedules that change it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from systems.optimizers import SEEDS, seeded

from seodang.data.digits import digits
from seodang.data.quadratic import IMAGES, of_curvature_one, squared
from seodang.experiment import Training
from seodang.models import mlp
from seodang.models.linear import linear_from_zero
from seodang.models.optimizers.gradient_descent import gradient_descent
from seodang.models.optimizers.schedules import cosine, staircase, triangle, warm_up
from seodang.training import train_arms


@pytest.mark.system(name="schedule")
def test_accuracy_over_the_learning_rate_is_an_inverted_u(measured: Measured) -> None:
    rates = [10 ** (k / 2) for k in range(-8, 3)]  # 1e-4 to 10
    base = Training(
        data=digits,
        model=partial(mlp, [64, 64, 10]),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.SGD, lr=rates[0]),
        steps=250,
    )
    arms = {f"{lr:.2g}": _at(base, lr) for lr in rates}
    trained = train_arms(arms, SEEDS, threads=1)
    accuracy = {name: [one.accuracy() for one in ones] for name, ones in trained.items()}
    names = list(arms)
    falls = []
    for row in range(len(SEEDS)):
        curve = [accuracy[name][row] for name in names]
        falls.append(max(curve) - max(curve[0], curve[-1]))
    middle = [sum(accuracy[name]) / len(SEEDS) for name in names]
    measured("mean accuracy at lr " + ", ".join(names), ", ".join(f"{value:.2f}" for value in middle), n=len(SEEDS))
    measured("best rate's accuracy minus the better end's", min(falls), must="≥ .30", n=len(SEEDS))
    assert min(falls) >= 0.30


def _at(base: Training, lr: float) -> Training:
    return replace(base, optimizer=partial(torch.optim.SGD, lr=lr))


@pytest.mark.system(name="schedule")
def test_training_diverges_just_beyond_2_over_the_largest_curvature(measured: Measured) -> None:
    bowl_of_digits = Training(
        data=partial(of_curvature_one, digits),
        model=partial(linear_from_zero, 64, 10),
        loss=squared,
        optimizer=partial(torch.optim.SGD, lr=1.9),
        steps=200,
        batch=IMAGES,
    )
    trained = train_arms({"inside": bowl_of_digits, "outside": _at(bowl_of_digits, 2.1)}, SEEDS, threads=1)
    inside, outside = ([float(one.losses[-1] / one.losses[0]) for one in trained[name]] for name in ("inside", "outside"))
    measured("last loss over first at .95 × 2 / λmax", max(inside), must="< 1", n=len(SEEDS))
    measured("last loss over first at 1.05 × 2 / λmax", min(outside), must="> 1e3", n=len(SEEDS))
    assert max(inside) < 1
    assert min(outside) > 1e3


@pytest.mark.system(name="schedule")
def test_schedules_are_pytorchs(measured: Measured) -> None:
    pairs: list[tuple[Callable[[int], float], Callable[[torch.optim.Optimizer], torch.optim.lr_scheduler.LRScheduler]]] = [
        (partial(cosine, steps=60), partial(torch.optim.lr_scheduler.CosineAnnealingLR, T_max=60)),
        (partial(staircase, every=20), partial(torch.optim.lr_scheduler.StepLR, step_size=20)),
        (partial(warm_up, steps=20), partial(torch.optim.lr_scheduler.LinearLR, start_factor=1 / 20, total_iters=19)),
        (
            partial(triangle, steps=15, lowest=0.1),
            partial(torch.optim.lr_scheduler.CyclicLR, base_lr=0.05, max_lr=0.5, step_size_up=15, cycle_momentum=False),
        ),
    ]
    gaps = []
    for ours, theirs in pairs:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
        scheduler = theirs(optimizer)
        for step in range(60):
            gaps.append(abs(0.5 * ours(step) - optimizer.param_groups[0]["lr"]))
            optimizer.step()
            scheduler.step()
    measured("cosine, staircase, warm-up, triangle: distance from torch's rates", max(gaps), must="≤ 1e-6", n=len(gaps))
    assert max(gaps) <= 1e-6


@pytest.mark.system(name="schedule")
def test_a_falling_rate_ends_below_the_noise_of_a_constant_one(measured: Measured) -> None:
    """Noisy gradients keep a constant rate at a distance that grows with the rate; a falling one comes closer."""
    ends: dict[str, list[float]] = {"constant": [], "cosine": []}
    for seed in range(5):
        for name, found in ends.items():
            generator = seeded(seed)
            x = torch.ones(200, dtype=torch.float64)
            for t in range(400):
                noisy = x + torch.randn(200, dtype=torch.float64, generator=generator)
                x, _ = gradient_descent(x, noisy, lr=0.2 * (cosine(t, 400) if name == "cosine" else 1))
            found.append(float(x.square().mean()))
    ratio = min(a / b for a, b in zip(ends["constant"], ends["cosine"], strict=True))
    floor = sum(ends["constant"]) / 5 / (0.2 / (2 - 0.2))
    measured("mean squared error at a constant rate, over lr / (2 − lr)", floor, must="1 ± .1", n=5)
    measured("the same error over that of a rate falling along a cosine", ratio, must="≥ 5", n=5)
    assert abs(floor - 1) <= 0.1
    assert ratio >= 5
