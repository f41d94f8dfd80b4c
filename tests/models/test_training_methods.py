"""What the methods written by hand promise beside their figures in tests/systems: known values, shapes, edges."""

import pytest
import torch
from torch import Tensor, nn

from seodang.models.activations import ACTIVATIONS, softmax
from seodang.models.augmentation import everywhere, moved, shifted
from seodang.models.batch_norm import BatchNorm, folded
from seodang.models.initializations import he, orthogonal
from seodang.models.losses import LOSSES, huber
from seodang.models.mixup import blended, shares
from seodang.models.optimizers.adam import adam
from seodang.models.optimizers.descent import descend
from seodang.models.optimizers.momentum import best_for_quadratic
from seodang.models.optimizers.schedules import cosine, staircase, triangle, warm_up


def test_a_path_begins_at_the_start_and_leaves_it_as_it_was() -> None:
    start = torch.ones(3)
    path = descend(adam, torch.clone, start, 7)
    assert path.shape == (8, 3)
    assert torch.equal(path[0], start)
    assert torch.equal(start, torch.ones(3))
    assert bool((path.diff(dim=0) < 0).all())


def test_the_best_momentum_on_a_bowl_of_condition_100_is_two_thirds() -> None:
    lr, momentum = best_for_quadratic(0.01, 1.0)
    assert lr == pytest.approx((2 / 1.1) ** 2)
    assert momentum == pytest.approx((0.9 / 1.1) ** 2)
    assert best_for_quadratic(4.0, 4.0) == (0.25, 0.0)


def test_schedules_begin_turn_and_end_where_they_should() -> None:
    assert [cosine(step, 10) for step in (0, 5, 10)] == pytest.approx([1, 0.5, 0])
    assert [staircase(step, 10) for step in (0, 9, 10, 20)] == pytest.approx([1, 1, 0.1, 0.01])
    assert [warm_up(step, 4) for step in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]
    assert [triangle(step, 2, lowest=0.5) for step in range(6)] == [0.5, 0.75, 1, 0.75, 0.5, 0.75]


def test_a_share_of_1_leaves_a_sample_as_it_is_and_of_0_is_the_one_before() -> None:
    images = torch.rand(4, 1, 2, 2)
    assert torch.equal(blended(images, torch.ones(4)), images)
    assert torch.equal(blended(images, torch.zeros(4)), images.roll(1, 0))
    drawn = shares(1000, torch.Generator().manual_seed(0))
    assert drawn.min() >= 0
    assert drawn.max() < 1


def test_the_middle_of_the_nine_moves_is_none() -> None:
    images = torch.rand(3, 2, 4, 5)
    assert everywhere(images).shape == (9, 3, 2, 4, 5)
    assert torch.equal(everywhere(images)[4], images)
    assert torch.equal(shifted(images, torch.full((3,), 0.5)), images)
    assert not moved(images, 4, 0).any(), "moved by its height, nothing of an image is left"


def test_nothing_overflows_far_from_nought() -> None:
    far = torch.tensor([-1000.0, 1000.0])
    for name, activation in ACTIVATIONS.items():
        assert bool(activation.value(far).isfinite().all()), name
        assert bool(activation.slope(far).isfinite().all()), name
    assert torch.equal(softmax(far), torch.tensor([0.0, 1.0]))
    coins = torch.tensor([1.0, 0.0])
    assert LOSSES["binary_cross_entropy"].value(far, coins) == 1000
    assert LOSSES["cross_entropy"].value(far[None], torch.tensor([0])) == 2000


def test_hubers_loss_is_half_the_square_and_then_a_line() -> None:
    loss, nought = huber(2.0), torch.zeros(1)
    assert loss.value(torch.tensor([2.0]), nought) == 2
    assert loss.value(torch.tensor([5.0]), nought) == 2 * (5 - 1)
    assert loss.slope(torch.tensor([-5.0]), nought) == -2


@pytest.mark.parametrize("norm", [BatchNorm, nn.BatchNorm1d])
def test_a_folded_normalization_leaves_its_layers_as_they_are(norm: type[BatchNorm] | type[nn.BatchNorm1d]) -> None:
    torch.manual_seed(0)
    linear, after = nn.Linear(3, 4), norm(4)
    for _ in range(5):
        after(linear(torch.randn(9, 3)))
    before = [p.clone() for p in (*linear.parameters(), *after.parameters())]
    one, x = folded(linear, after.eval()), torch.randn(6, 3)
    assert torch.allclose(one(x), after(linear(x)), atol=1e-6)
    assert all(torch.equal(a, b) for a, b in zip(before, (*linear.parameters(), *after.parameters()), strict=True))
    one, x = folded(linear.double(), after.double()), x.double()
    assert torch.allclose(one(x), after(linear(x)), rtol=0, atol=1e-12)


def test_initializations_change_a_parameter_in_place_and_leave_no_graph() -> None:
    for weights in (he, orthogonal):
        weight = nn.Parameter(torch.zeros(3, 5))
        made: Tensor = weights(weight)
        assert made is weight
        assert weight.is_leaf
        assert bool(weight.any())
