"""The formulas count what torch counts."""

import pytest
import torch
from torch import nn

from seodang.counting.parameters import batch_norm, conv2d, convs2d, linear, linears, unshared_conv2d


def built(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_a_convolution_has_the_parameters_torch_gives_it(groups: int, bias: bool) -> None:
    with torch.device("meta"):
        module = nn.Conv2d(8, 12, 5, groups=groups, bias=bias)
    assert conv2d(8, 12, 5, groups=groups, bias=bias) == built(module)


@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_layer_has_the_parameters_torch_gives_it(bias: bool) -> None:
    assert linear(7, 3, bias=bias) == built(nn.Linear(7, 3, bias=bias))


def test_batch_normalization_counts_what_is_trained_and_not_what_is_only_stored() -> None:
    assert batch_norm(16) == built(nn.BatchNorm2d(16))


def test_layers_one_after_another_add_up() -> None:
    assert linears([4, 5, 6]) == linear(4, 5) + linear(5, 6)
    assert convs2d([1, 2, 3], 3) == conv2d(1, 2, 3) + conv2d(2, 3, 3)


def test_without_sharing_every_position_pays() -> None:
    assert unshared_conv2d(3, 96, 11, 55 * 55) == 55 * 55 * conv2d(3, 96, 11) == 105_705_600
