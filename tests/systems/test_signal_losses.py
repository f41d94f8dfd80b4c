"""Losses: their gradients, and the likelihoods whose negative logarithms they are."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from torch import Tensor
from torch.distributions import Bernoulli, Categorical, Laplace, Normal, kl_divergence

from seodang.models.losses import LOSSES


@pytest.fixture(autouse=True)
def same_numbers() -> None:
    """Random outputs and targets are the same each time."""
    torch.manual_seed(0)


CASES = 200


def a_case(name: str) -> tuple[Tensor, Tensor]:
    """Random outputs and targets of the kinds that a loss takes."""
    numbers = 2 * torch.randn(CASES, dtype=torch.float64)
    scores = 2 * torch.randn(CASES, 5, dtype=torch.float64)
    classes, coins = torch.randint(5, (CASES,)), torch.randint(2, (CASES,)).double()
    cases = {
        "cross_entropy": (scores, classes),
        "divergence": (scores, torch.randn(CASES, 5, dtype=torch.float64).softmax(-1)),
        "binary_cross_entropy": (numbers, coins),
        "hinge": (numbers, 2 * coins - 1),
    }
    return cases.get(name, (numbers, torch.randn(CASES, dtype=torch.float64)))


@pytest.mark.system(name="losses")
def test_losses_and_their_gradients_are_pytorchs(measured: Measured) -> None:
    theirs: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "mse": F.mse_loss, "mae": F.l1_loss, "huber": F.huber_loss, "cross_entropy": F.cross_entropy,
        "binary_cross_entropy": F.binary_cross_entropy_with_logits,
        "hinge": lambda score, y: F.margin_ranking_loss(score, torch.zeros_like(score), y, margin=1.0),
        "divergence": lambda scores, p: F.kl_div(scores.log_softmax(-1), p, reduction="batchmean"),
    }  # fmt: skip
    assert set(theirs) == set(LOSSES)
    for name, ours in LOSSES.items():
        output, y = a_case(name)
        free = output.clone().requires_grad_()
        value = theirs[name](free, y)
        (slope,) = torch.autograd.grad(value, free)
        way, h = torch.randn_like(output), 1e-7
        quotient = (ours.value(output + h * way, y) - ours.value(output - h * way, y)) / (2 * h)
        gaps = [
            float((ours.value(output, y) - value).detach().abs()),
            float((ours.slope(output, y) - slope).abs().max()),
            float(((ours.slope(output, y) * way).sum() - quotient).abs()),
        ]
        measured(f"{name}: value and gradient against torch's and a difference quotient", max(gaps), must="≤ 1e-6", n=CASES)
        assert max(gaps) <= 1e-6, name


@pytest.mark.system(name="losses")
def test_losses_are_negative_log_likelihoods(measured: Measured) -> None:
    gaps = {}
    output, y = a_case("mse")
    normal = -Normal(output, math.sqrt(0.5)).log_prob(y).mean()  # type: ignore[no-untyped-call]
    gaps["MSE: normal of variance ½, less ½ ln π"] = LOSSES["mse"].value(output, y) - (normal - math.log(math.pi) / 2)
    laplace = -Laplace(output, 1.0).log_prob(y).mean()  # type: ignore[no-untyped-call]
    gaps["MAE: Laplace of scale 1, less ln 2"] = LOSSES["mae"].value(output, y) - (laplace - math.log(2))
    scores, classes = a_case("cross_entropy")
    categorical = -Categorical(logits=scores).log_prob(classes).mean()  # type: ignore[no-untyped-call]
    gaps["cross-entropy: categorical"] = LOSSES["cross_entropy"].value(scores, classes) - categorical
    score, coins = a_case("binary_cross_entropy")
    bernoulli = -Bernoulli(logits=score).log_prob(coins).mean()  # type: ignore[no-untyped-call]
    gaps["binary cross-entropy: Bernoulli"] = LOSSES["binary_cross_entropy"].value(score, coins) - bernoulli
    scores, p = a_case("divergence")
    exact = kl_divergence(Categorical(probs=p), Categorical(logits=scores)).mean()
    gaps["KL divergence: cross-entropy less entropy"] = LOSSES["divergence"].value(scores, p) - exact
    two = torch.stack([torch.zeros_like(score), score], dim=-1)
    pair = LOSSES["cross_entropy"].value(two, coins.long())
    gaps["binary cross-entropy: cross-entropy of scores 0 and s"] = LOSSES["binary_cross_entropy"].value(score, coins) - pair
    for name, gap in gaps.items():
        measured(name, float(gap.abs()), must="≤ 1e-6", n=CASES)
        assert gap.abs() <= 1e-6, name


@pytest.mark.system(name="losses")
def test_an_outlier_moves_the_mean_and_hardly_the_huber_fit(measured: Measured) -> None:
    """The best constant for 100 numbers near 0 and one of 1,000: found by descent with each loss's own gradient."""
    y = torch.cat([torch.randn(100, dtype=torch.float64), torch.tensor([1000.0], dtype=torch.float64)])

    def fitted(name: str) -> float:
        middle = torch.zeros((), dtype=torch.float64)
        for _ in range(2000):
            middle = middle - 0.1 * LOSSES[name].slope(middle.expand_as(y), y).sum()
        return float(middle)

    mean, huber = fitted("mse"), fitted("huber")
    measured("best constant by squared error, one outlier of 1,000 among 100 near 0", mean, must="the mean")
    measured("best constant by Huber's loss", huber, must="≤ .3")
    assert mean == pytest.approx(float(y.mean()))
    assert abs(huber) <= 0.3
