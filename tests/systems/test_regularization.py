"""Penalties, early stopping, noise, label smoothing and mixup: their formulas exactly, their effect over seeds."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from systems.regularization import (
    MEMORIZING,
    SEEDS,
    accuracies,
    gains,
    mean,
    memorized,
    seeded,
    trained_arms,
    trained_on,
    with_noise,
)  # fmt: skip
from torch import Tensor

from seodang.data.digits import digits
from seodang.experiment import Batch, Trained, Training
from seodang.experiment.arms import EarlyStopping
from seodang.models import mlp
from seodang.models.label_smoothing import best_gap, calibration_error, smoothed, smoothed_loss
from seodang.models.mixup import blended, mixup_loss, shares
from seodang.models.optimizers.descent import descend
from seodang.models.optimizers.gradient_descent import gradient_descent


def least_squares(x: Tensor, y: Tensor, penalty: float = 0.0) -> Tensor:
    """The weights of least squares, with `penalty` times their squared length."""
    weight: Tensor = torch.linalg.solve(x.T @ x + penalty * torch.eye(x.shape[1], dtype=x.dtype), x.T @ y)
    return weight


def line(seed: int, n: int = 50, d: int = 5) -> tuple[Tensor, Tensor]:
    """(n, d) inputs and (n,) noisy targets of a linear function."""
    x = torch.randn(n, d, dtype=torch.float64, generator=seeded(seed))
    weight, noise = (torch.randn(size, dtype=torch.float64, generator=seeded(seed + 100)) for size in (d, n))
    return x, x @ weight + 0.5 * noise


@pytest.mark.system(name="penalty")
def test_l2_prefers_many_small_weights_to_one_large_and_l1_does_not_mind(measured: Measured) -> None:
    x = torch.ones(4, dtype=torch.float64)
    one, spread = torch.tensor([1.0, 0, 0, 0], dtype=torch.float64), torch.full((4,), 0.25, dtype=torch.float64)
    assert one @ x == spread @ x == 1
    squares = [float(w.square().sum()) for w in (one, spread)]
    absolutes = [float(w.abs().sum()) for w in (one, spread)]
    # What a weak penalty makes of [1, 0, 0, 0] on its way to the best weights for score 1.
    path = descend(partial(gradient_descent, lr=0.1), lambda w: 2 * (w @ x - 1) * x + 2 * 1e-2 * w, one, 5000)
    furthest = float((path[-1] - 0.25).abs().max())
    measured("L2 of [1,0,0,0] and of [¼,¼,¼,¼], which give the same score", "{:g}, {:g}".format(*squares), must="1, 0.25")
    measured("L1 of the same two", "{:g}, {:g}".format(*absolutes), must="1, 1")
    measured("[1,0,0,0] after descent with a weak L2: largest distance from ¼", furthest, must="≤ .01")
    assert squares == [1, 0.25]
    assert absolutes == [1, 1]
    assert furthest <= 0.01


@pytest.mark.system(name="penalty")
def test_an_l2_penalty_is_noise_on_the_inputs_of_a_linear_model(measured: Measured) -> None:
    """Exactly: the points x ± σ √d e_j have noise of mean 0 and covariance σ² I, and squared loss sees no more than that."""
    gaps = []
    for seed in SEEDS:
        x, y = line(seed)
        n, d = x.shape
        moves = 0.7 * math.sqrt(d) * torch.cat([torch.eye(d), -torch.eye(d)]).double()  # (2d, d)
        copies = (x[:, None] + moves).flatten(0, 1)
        noisy = least_squares(copies, y.repeat_interleave(2 * d))
        gaps.append(float((noisy - least_squares(x, y, penalty=n * 0.7**2)).abs().max()))
    measured(
        "weights on noisy inputs against those with L2 of nσ², every noise counted", max(gaps), must="≤ 1e-6", n=len(gaps)
    )
    assert max(gaps) <= 1e-6


@pytest.mark.system(name="penalty")
def test_weight_decay_resists_wrong_labels(measured: Measured) -> None:
    trained = trained_on(replace(MEMORIZING, optimizer=partial(torch.optim.AdamW, lr=0.003, weight_decay=1.0)))
    found = gains(accuracies(trained), memorized())
    measured(
        "accuracy gained by weight decay 1 where 40 % of the labels are redrawn", mean(found), must="≥ .08", n=len(SEEDS)
    )
    assert mean(found) >= 0.08
    assert min(found) > 0


@pytest.mark.system(name="early_stopping")
def test_early_stopping_resists_wrong_labels(measured: Measured) -> None:
    trained = trained_on(replace(MEMORIZING, stopping=EarlyStopping(every=20, patience=5)))
    found = gains(accuracies(trained), memorized())
    stops = [one.stopped or MEMORIZING.steps for one in trained]
    measured("accuracy gained where 40 % of the labels are redrawn", mean(found), must="≥ .10", n=len(SEEDS))
    measured(f"mean step at which training stopped, of {MEMORIZING.steps}", mean(stops), n=len(SEEDS))
    assert mean(found) >= 0.10
    assert min(found) > 0


@pytest.mark.system(name="early_stopping")
def test_stopping_after_t_steps_is_nearly_ridge_of_one_over_the_rate_times_t(measured: Measured) -> None:
    """On a quadratic, by curvature c: t steps leave 1 − (1 − lr c)ᵗ of the way, ridge c / (c + λ) (Bishop 1995)."""
    curvatures = torch.logspace(-4, 0, 400, dtype=torch.float64)
    gaps = []
    for t in (10, 100, 1000):
        path = descend(partial(gradient_descent, lr=0.1), lambda x: curvatures * (x - 1), torch.zeros_like(curvatures), t)
        gaps.append(float((path[-1] - curvatures / (curvatures + 1 / (0.1 * t))).abs().max()))
    measured("largest difference of the two shares of the way", max(gaps), must="≤ .25", n=len(gaps))
    assert max(gaps) <= 0.25


@pytest.mark.system(name="noise")
def test_noise_on_the_inputs_of_a_linear_model_is_ridge(measured: Measured) -> None:
    gaps, effects = [], []
    for seed in SEEDS[:3]:
        x, y = line(seed)
        noise = 0.3 * torch.randn(5_000, *x.shape, dtype=torch.float64, generator=seeded(seed))
        copies = torch.cat([x + noise, x - noise]).flatten(0, 1)  # 10,000 of each sample; noise and its opposite
        noisy, ridge = least_squares(copies, y.repeat(10_000)), least_squares(x, y, penalty=len(x) * 0.3**2)
        gaps.append(float((noisy - ridge).abs().max()))
        effects.append(float((noisy - least_squares(x, y)).abs().max()))
    measured("weights on 10,000 noisy copies of the inputs against ridge's with nσ²", max(gaps), must="≤ 1e-3", n=len(gaps))
    measured("against those without noise", min(effects), must="≥ .02", n=len(effects))
    assert max(gaps) <= 1e-3
    assert min(effects) >= 0.02


@pytest.mark.system(name="noise")
def test_noise_on_the_weights_of_a_linear_model_changes_nothing(measured: Measured) -> None:
    """Its mean squared error grows by σ² |x|², whatever the weights: only where the output is not linear does it matter."""
    x, y = line(0)
    moves = 0.3 * math.sqrt(5) * torch.cat([torch.eye(5), -torch.eye(5)]).double()
    gaps = []
    for seed in SEEDS:
        weight = 3 * torch.randn(5, dtype=torch.float64, generator=seeded(seed))
        noisy = ((weight + moves) @ x.T - y).square().mean()
        gaps.append(abs(float(noisy - (x @ weight - y).square().mean() - 0.3**2 * x.square().sum(1).mean())))
    measured("weight noise: growth of the mean squared error, minus σ² |x|²", max(gaps), must="≤ 1e-6", n=len(gaps))
    assert max(gaps) <= 1e-6


SIGMA = 0.3


def on_noisy_inputs(model: Callable[[Tensor], Tensor], batch: Batch) -> Tensor:
    return F.cross_entropy(model(batch.x + SIGMA * batch.noise), batch.y)


def pixel_noise(samples: int, generator: torch.Generator) -> Tensor:
    return torch.randn(samples, 64, generator=generator)


@pytest.mark.system(name="noise")
def test_training_on_noisy_inputs_resists_noise(measured: Measured) -> None:
    def noisy_accuracy(trained: Trained) -> float:
        noise = torch.randn(trained.x_test.shape, generator=seeded(trained.seed))
        with torch.no_grad():
            return float((trained.model(trained.x_test + SIGMA * noise).argmax(-1) == trained.y_test).float().mean())

    clean = replace(MEMORIZING, data=digits, model=partial(mlp, [64, 128, 10]), steps=800)
    plain, noisy = trained_on(clean), trained_on(with_noise(clean, on_noisy_inputs, pixel_noise))
    found = gains([noisy_accuracy(one) for one in noisy], [noisy_accuracy(one) for one in plain])
    cost = gains(accuracies(noisy), accuracies(plain))
    measured("accuracy on noisy test images (σ = .3) gained by noisy training", mean(found), must="≥ .05", n=len(SEEDS))
    measured("accuracy on clean test images gained by it", mean(cost), n=len(SEEDS))
    assert mean(found) >= 0.05
    assert min(found) > 0


@pytest.mark.system(name="noise")
def test_training_on_noisy_inputs_resists_wrong_labels(measured: Measured) -> None:
    found = gains(accuracies(trained_on(with_noise(MEMORIZING, on_noisy_inputs, pixel_noise))), memorized())
    measured("accuracy gained by it where 40 % of the labels are redrawn", mean(found), must="≥ .10", n=len(SEEDS))
    assert mean(found) >= 0.10
    assert min(found) > 0


@pytest.mark.system(name="label_smoothing")
def test_the_smoothed_loss_is_pytorchs_and_its_optimum_is_a_finite_gap(measured: Measured) -> None:
    scores, y = torch.randn(50, 10, dtype=torch.float64, generator=seeded(0)), torch.arange(50) % 10
    gaps = []
    for eps in (0.0, 0.05, 0.1, 0.5):
        targets = (1 - eps) * F.one_hot(y, 10).double() + eps / 10
        assert torch.allclose(smoothed(y, 10, eps), targets.float())
        for theirs in (F.cross_entropy(scores, y, label_smoothing=eps), F.cross_entropy(scores, targets)):
            gaps.append(float((smoothed_loss(scores, y, eps) - theirs).abs()))
    reached = []
    for classes, eps in ((10, 0.1), (3, 0.1), (10, 0.3), (100, 0.05)):
        free = torch.zeros(1, classes, dtype=torch.float64)
        for _ in range(1000):
            free.requires_grad_()
            (slope,) = torch.autograd.grad(smoothed_loss(free, torch.tensor([0]), eps), free)
            free = free.detach() - 2 * slope
        gap = free[0, 0] - free[0, 1:]
        reached.append(float((gap - best_gap(classes, eps)).abs().max()))
    measured("distance from torch's loss", max(gaps), must="≤ 1e-6", n=len(gaps))
    measured("gap of the scores at the optimum for ε = .1, K = 10", best_gap(10, 0.1), must="ln((1−ε+ε/K)/(ε/K)) = 4.51")
    measured("distance of the gap found by descent from the formula's", max(reached), must="≤ 1e-3", n=len(reached))
    assert max(gaps) <= 1e-6
    assert max(reached) <= 1e-3
    assert round(best_gap(10, 0.1), 2) == 4.51


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    """Two bins: two samples .8 sure of which one is right, two samples .6 sure that are both right."""
    sure = torch.tensor([[0.8, 0.2], [0.8, 0.2], [0.6, 0.4], [0.6, 0.4]]).log()
    assert calibration_error(sure, torch.tensor([0, 1, 0, 0]), bins=5) == pytest.approx(0.5 * 0.3 + 0.5 * 0.4)
    assert calibration_error(sure, torch.tensor([0, 1, 0, 0]), bins=1) == pytest.approx(0.75 - 0.7)


@pytest.mark.system(name="label_smoothing")
def test_label_smoothing_halves_the_gap_of_the_scores(measured: Measured) -> None:
    def few(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return digits(generator).first(300)

    def scores(trained: Trained) -> Tensor:
        with torch.no_grad():
            found: Tensor = trained.model(trained.x_test)
        return found

    def gap(trained: Trained) -> float:
        ordered = scores(trained).sort(-1).values
        return float((ordered[:, -1] - ordered[:, :-1].mean(-1)).mean())

    hard = Training(
        data=few, model=partial(mlp, [64, 128, 10]), loss=F.cross_entropy,
        optimizer=partial(torch.optim.Adam, lr=0.003), steps=600,
    )  # fmt: skip
    arms = trained_arms({"hard": hard, "soft": replace(hard, loss=partial(F.cross_entropy, label_smoothing=0.1))})
    ratios = [gap(soft) / gap(one) for soft, one in zip(arms["soft"], arms["hard"], strict=True)]
    change = mean(gains(accuracies(arms["soft"]), accuracies(arms["hard"])))
    errors = {name: mean([calibration_error(scores(one), one.y_test) for one in ones]) for name, ones in arms.items()}
    measured("gap of the scores over the gap without", max(ratios), must="≤ .6", n=len(SEEDS))
    measured("accuracy gained by it", change, must="0 ± .02", n=len(SEEDS))
    measured("calibration error without it", errors["hard"], n=len(SEEDS))
    measured("calibration error with it: worse", errors["soft"], must="> without", n=len(SEEDS))
    assert max(ratios) <= 0.6
    assert abs(change) <= 0.02
    assert errors["soft"] > errors["hard"]


@pytest.mark.system(name="mixup")
def test_the_loss_of_mixed_labels_is_the_mix_of_their_losses(measured: Measured) -> None:
    gaps = []
    for seed in SEEDS:
        x, y = torch.randn(40, 6, dtype=torch.float64, generator=seeded(seed)), torch.arange(40) % 5
        share, weight = shares(40, seeded(seed)).double(), torch.randn(6, 5, dtype=torch.float64, generator=seeded(seed + 9))
        targets = blended(F.one_hot(y, 5).double(), share)
        mixed = F.cross_entropy(blended(x, share) @ weight, targets)
        gaps.append(float((mixup_loss(partial(torch.matmul, other=weight), x, y, share) - mixed).abs()))
        by_hand = torch.stack([share[i] * x[i] + (1 - share[i]) * x[i - 1] for i in range(40)])
        assert torch.allclose(blended(x, share), by_hand)
    measured(
        "distance of λ CE(y₁) + (1 − λ) CE(y₂) from the cross-entropy of the mixed target", max(gaps), must="≤ 1e-6", n=5
    )
    assert max(gaps) <= 1e-6


@pytest.mark.system(name="mixup")
def test_mixup_resists_wrong_labels(measured: Measured) -> None:
    def mixed(model: Callable[[Tensor], Tensor], batch: Batch) -> Tensor:
        return mixup_loss(model, batch.x, batch.y, batch.noise)

    found = gains(accuracies(trained_on(with_noise(MEMORIZING, mixed, shares))), memorized())
    measured("accuracy gained where 40 % of the labels are redrawn", mean(found), must="≥ .03", n=len(SEEDS))
    assert mean(found) >= 0.03
    assert min(found) > 0
