"""Tasks that are made, not read: each holds what it promises and is redrawn by every seed."""

import functools
from collections.abc import Callable

import pytest
import torch
from sklearn.datasets import make_moons

from seodang.data import Split, images, quadratic, shapes
from seodang.data.adding import TEST, adding
from seodang.data.moons import moons
from seodang.data.polynomial import legendre, polynomial, powers
from seodang.data.ring import SPREAD, centres, ring
from seodang.data.spiral import spiral
from seodang.data.wave import height, wave

DRAWS: dict[str, Callable[[torch.Generator], Split]] = {
    "adding": functools.partial(adding, length=7, train=50),
    "spiral": spiral,
    "wave": functools.partial(wave, noise=0.1),
    "quadratic": functools.partial(quadratic.of_curvature_one, images("digits").draw),
    "moons": moons,
    "ring": ring,
    "polynomial": polynomial,
    "shapes": functools.partial(shapes.shapes, train=60, test=20),
}


def drawn(name: str, seed: int = 0) -> Split:
    return DRAWS[name](torch.Generator().manual_seed(seed))


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


def test_the_moons_without_noise_are_those_of_scikit_learn() -> None:
    split = moons(torch.Generator().manual_seed(0), points=50, noise=0.0)
    x, y = make_moons(100, shuffle=False, noise=None)
    torch.testing.assert_close(split.x_train, torch.from_numpy(x).float(), atol=1e-6, rtol=0)
    assert split.y_train.tolist() == y.tolist()


def test_a_point_of_the_ring_lies_at_the_mode_it_is_said_to_come_from() -> None:
    split = drawn("ring")
    away = split.x_train - centres()[split.y_train]
    assert float(away.std()) == pytest.approx(SPREAD, rel=0.05)
    nearest = torch.cdist(split.x_train, centres()).argmin(1)
    assert torch.equal(nearest, split.y_train)
    assert torch.allclose(centres().norm(dim=1), torch.ones(8))
    assert set(split.y_train.tolist()) == set(range(8))


def test_the_polynomial_has_its_degree_and_its_noise_in_the_training_heights_alone() -> None:
    split = polynomial(torch.Generator().manual_seed(1), degree=3, train=2_000, noise=0.3)
    for degree, left in ((2, False), (3, True)):
        features = powers(split.x_test, degree)
        rest = split.y_test - features @ torch.linalg.lstsq(features, split.y_test).solution
        assert (float(rest.abs().max()) < 1e-4) == left, "degree 3 goes through every test height, degree 2 does not"
    features = powers(split.x_train, 3)
    rest = split.y_train - features @ torch.linalg.lstsq(features, split.y_train).solution
    assert float(rest.std()) == pytest.approx(0.3, rel=0.1)


def test_legendres_polynomials_are_orthogonal_as_their_definition_has_it() -> None:
    x = torch.linspace(-1, 1, 20_001)
    products = legendre(x, 5).T @ legendre(x, 5) * (2 / len(x))
    torch.testing.assert_close(products, torch.diag(2 / (2 * torch.arange(6) + 1)), atol=1e-3, rtol=0)


def test_a_coloured_shape_has_the_colour_and_the_form_of_its_class() -> None:
    classes = torch.arange(16).repeat(8)
    pictures = shapes.pictures(classes, torch.Generator().manual_seed(0))
    assert pictures.shape == (128, 3, 32, 32)
    assert 0 <= float(pictures.min()) < float(pictures.max()) <= 1
    inside = pictures.amax(1) > 0.5  # the background stays below
    colour = torch.stack([image[:, ink].mean(1) for image, ink in zip(pictures, inside, strict=True)])
    wanted = torch.tensor(list(shapes.COLOURS.values()))
    assert torch.equal(torch.cdist(colour / colour.amax(1, keepdim=True), wanted).argmin(1), classes % 4)
    filled = []  # how much of its box a form fills
    for ink in inside:
        rows, columns = ink.any(1).nonzero(), ink.any(0).nonzero()
        filled.append(float(ink.sum() / ((rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1))))
    by_form = torch.tensor(filled).view(8, 4, 4).mean((0, 2))  # circle, square, triangle, cross
    torch.testing.assert_close(by_form, torch.tensor([0.785, 1.0, 0.53, 0.556]), atol=0.06, rtol=0)


def test_a_class_of_shapes_has_its_caption() -> None:
    assert shapes.caption(0) == "a red circle"
    assert shapes.caption(15) == "a yellow cross"
