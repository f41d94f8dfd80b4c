"""What Adam does at its first step, and the functions on which it fails."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from systems.conftest import Measured
from systems.optimizers import bowl, seeded
from torch import Tensor

from seodang.models.optimizers.adagrad import adagrad
from seodang.models.optimizers.adam import adam, adamw, amsgrad
from seodang.models.optimizers.descent import Update, descend
from seodang.models.optimizers.gradient_descent import gradient_descent
from seodang.models.optimizers.rmsprop import rmsprop


def steep(factor: float, x: Tensor) -> Tensor:
    """The bowl's gradient where its loss is so many times as large."""
    return factor * bowl(x)


@pytest.mark.system(name="adam")
def test_adams_first_step_is_the_learning_rate_long_and_no_scale_matters(measured: Measured) -> None:
    sizes = torch.logspace(-4, 4, 50, dtype=torch.float64)
    first = descend(partial(adam, lr=0.01), lambda _: sizes, torch.zeros_like(sizes), 1)[1].abs()
    start = torch.ones(20, dtype=torch.float64)
    paths = [descend(partial(adam, lr=0.01), partial(steep, k), start, 200) for k in (1.0, 1000.0)]
    wild = descend(partial(gradient_descent, lr=0.01), partial(steep, 1000.0), start, 200)
    apart = float((paths[0] - paths[1]).abs().max())
    measured(
        "first step over lr, gradients of 1e-4 to 1e4: the furthest from 1", float(first.min()) / 0.01, must="1 ± 1e-3", n=50
    )
    measured("distance of the paths on a loss and on 1,000 times it", apart, must="≤ 1e-3")
    measured("gradient descent on the latter: final distance from the minimum", float(wild[-1].abs().max()), must="> 1e6")
    assert (first / 0.01 - 1).abs().max() <= 1e-3
    assert apart <= 1e-3
    assert wild[-1].abs().max() > 1e6


def reddis_average(update: Callable[..., tuple[Tensor, Any]], steps: int) -> float:
    """Reddi et al. 2018, section 5: 1010 x at every 101st step, otherwise −10 x, x in [−1, 1]; x ends best at −1.

    The rate falls as α / √t, as their theorem 1 has it; the mean of x over the last tenth.
    """
    x, memory, tail = torch.zeros(1, dtype=torch.float64), None, []
    large, small = torch.tensor([1010.0], dtype=torch.float64), torch.tensor([-10.0], dtype=torch.float64)
    for t in range(1, steps + 1):
        x, memory = update(x, large if t % 101 == 1 else small, memory, lr=0.5 / math.sqrt(t), betas=(0.9, 0.99))
        x = x.clamp(-1, 1)
        if t > 0.9 * steps:
            tail.append(float(x))
    return sum(tail) / len(tail)


@pytest.mark.system(name="adam")
def test_adam_goes_to_the_worst_point_of_reddis_sequence_and_amsgrad_to_the_best(measured: Measured) -> None:
    adams, amsgrads = reddis_average(adam, 12_000), reddis_average(amsgrad, 12_000)
    measured("Reddi's sequence, 12,000 steps: Adam's x (the worst is 1)", adams, must="≥ .95")
    measured("Reddi's sequence: AMSGrad's x (the best is −1)", amsgrads, must="≤ −.8")
    assert adams >= 0.95
    assert amsgrads <= -0.8


def wilsons_set(n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Wilson et al. 2017, section 3.3: feature 1 is the class, 2 and 3 are always 1, the rest are one's own.

    A sample of class 1 has one feature of its own, one of class −1 has five; 64 % are of class 1.
    """
    y = torch.where(torch.rand(n, generator=generator) < 0.64, 1.0, -1.0).double()
    x = torch.zeros(n, 3 + 5 * n, dtype=torch.float64)
    x[:, 0], x[:, 1:3] = y, 1.0
    for row in range(n):
        own = 3 + 5 * row
        x[row, own : own + (1 if y[row] > 0 else 5)] = 1.0
    return x, y


def misfit(x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """The gradient of half the summed squared error of x w."""
    return x.T @ (x @ weight - y)


@pytest.mark.system(name="adam")
def test_on_wilsons_set_all_fit_and_only_gradient_descent_generalizes(measured: Measured) -> None:
    errors: dict[str, list[float]] = {"gradient descent": [], "Adam": [], "Adagrad": [], "RMSprop": []}
    losses = []
    for seed in range(5):
        x, y = wilsons_set(40, seeded(seed))
        unseen = torch.where(torch.rand(2000, generator=seeded(seed + 50)) < 0.64, 1.0, -1.0).double()
        updates: dict[str, Update] = {
            "gradient descent": partial(gradient_descent, lr=0.9 / float(torch.linalg.eigvalsh(x @ x.T)[-1])),
            "Adam": partial(adam, lr=0.01),
            "Adagrad": partial(adagrad, lr=0.05),
            "RMSprop": partial(rmsprop, lr=0.002),
        }
        for name, update in updates.items():
            w = descend(update, partial(misfit, x, y), torch.zeros(x.shape[1], dtype=torch.float64), 600)[-1]
            losses.append(float(((x @ w).sign() != y).double().mean()))
            said = (w[0] * unseen + w[1] + w[2]).sign()  # all other features of an unseen sample are new: weight 0
            errors[name].append(float((said != unseen).double().mean()))
    measured("Wilson's set: training error of all four", max(losses), must="0", n=len(losses))
    for name, found in errors.items():
        plain = name == "gradient descent"
        measured(f"test error, {name}", (max if plain else min)(found), must="0" if plain else "≥ .25", n=5)
        assert max(found) == 0 if plain else min(found) >= 0.25, name
    assert max(losses) == 0


@pytest.mark.system(name="adam")
def test_decay_beside_adam_is_another_thing_than_a_penalty_within_it_and_the_same_for_gradient_descent(
    measured: Measured,
) -> None:
    start, lr, decay = torch.ones(20, dtype=torch.float64), 0.05, 0.3

    def penalized(x: Tensor) -> Tensor:
        return bowl(x) + decay * x

    def decayed(x: Tensor, gradient: Tensor, memory: None = None) -> tuple[Tensor, None]:
        return gradient_descent((1 - lr * decay) * x, gradient, memory, lr=lr)

    plain = descend(partial(gradient_descent, lr=lr), penalized, start, 100) - descend(decayed, bowl, start, 100)
    both = descend(partial(adam, lr=lr), penalized, start, 100)
    beside = descend(partial(adamw, lr=lr, weight_decay=decay), bowl, start, 100)
    apart = float((both - beside).abs().max())
    measured("gradient descent: distance of penalty and decay", float(plain.abs().max()), must="≤ 1e-6")
    measured("Adam: distance of penalty and decay (AdamW)", apart, must="> 1e-3")
    assert plain.abs().max() <= 1e-6
    assert apart > 1e-3
