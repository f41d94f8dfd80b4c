"""Tasks that are made, not read: each holds what it promises and is redrawn by every seed."""

import functools
from collections.abc import Callable

import pytest
import torch

from seodang.data import Split, images, quadratic
from seodang.data.adding import TEST, adding
from seodang.data.spiral import spiral
from seodang.data.wave import height, wave

DRAWS: dict[str, Callable[[torch.Generator], Split]] = {
    "adding": functools.partial(adding, length=7, train=50),
    "spiral": spiral,
    "wave": functools.partial(wave, noise=0.1),
    "quadratic": functools.partial(quadratic.of_curvature_one, images("digits").draw),
}


def drawn(name: str, seed: int = 0) -> Split:
    return DRAWS[name](torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("name", DRAWS)
def test_the_same_seed_draws_the_same_and_another_draws_anew(name: str) -> None:
    one, again, other = drawn(name), drawn(name), drawn(name, seed=1)
    assert all(torch.equal(a, b) for a, b in zip(one, again, strict=True))
    assert not torch.equal(one.x_train, other.x_train)


@pytest.mark.parametrize("name", DRAWS)
def test_global_random_state_is_left_alone(name: str) -> None:
    before = torch.get_rng_state()
    drawn(name)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_target_of_the_adding_problem_is_the_sum_of_the_two_marked_numbers() -> None:
    split = drawn("adding")
    assert split.x_train.shape == (50, 7, 2)
    assert split.x_test.shape == (TEST, 7, 2)
    numbers, marks = split.x_test.unbind(dim=-1)
    assert marks.sum(dim=1).tolist() == [2.0] * TEST
    assert marks[:, :3].sum(dim=1).tolist() == [1.0] * TEST, "one mark in each half"
    torch.testing.assert_close((numbers * marks).sum(dim=1, keepdim=True), split.y_test)
    assert float((split.y_test - 1).square().mean()) == pytest.approx(1 / 6, abs=0.02)


def test_the_spiral_has_as_many_points_in_each_arm_and_the_arms_cannot_be_cut_apart_by_lines() -> None:
    split = drawn("spiral")
    assert split.x_train.shape == (300, 2)
    assert split.y_train.bincount().tolist() == [100, 100, 100]
    assert float(split.x_train.norm(dim=1).max()) <= 1 + 1e-6
    targets = torch.eye(3)[split.y_train]
    inputs = torch.cat([split.x_train, torch.ones(300, 1)], dim=1)
    fitted = inputs @ torch.linalg.lstsq(inputs, targets).solution
    assert float((fitted.argmax(1) == split.y_train).float().mean()) < 0.7


def test_the_noise_of_the_wave_is_in_the_training_heights_alone() -> None:
    split = drawn("wave")
    torch.testing.assert_close(split.y_test, height(split.x_test))
    assert float((split.y_train - height(split.x_train)).std()) == pytest.approx(0.1, rel=0.1)


def test_the_largest_curvature_of_the_quadratic_is_one() -> None:
    split = drawn("quadratic")
    weights = torch.zeros(10, split.x_train.shape[1], requires_grad=True)
    loss = quadratic.squared(split.x_train @ weights.T, split.y_train)
    (gradient,) = torch.autograd.grad(loss, weights, create_graph=True)
    direction = torch.randn(weights.shape, generator=torch.Generator().manual_seed(0))
    for _ in range(200):  # power iteration on the Hessian
        (curved,) = torch.autograd.grad((gradient * direction).sum(), weights, retain_graph=True)
        largest = float(curved.norm() / direction.norm())
        direction = curved
    assert largest == pytest.approx(1.0, abs=1e-3)
