"""Output sizes by formula are those PyTorch gives."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from seodang.counting import shapes

SMALL = st.integers(1, 5)


def rows(module: nn.Module, size: int) -> int:
    """Rows of the output of a layer of one channel."""
    with torch.device("meta"):
        output: torch.Tensor = module.to("meta")(torch.empty(1, 1, size, 50))
    return output.shape[2]


@settings(deadline=None, max_examples=40)
@given(size=st.integers(1, 40), kernel=SMALL, stride=SMALL, padding=st.integers(0, 3), dilation=st.integers(1, 3))
def test_of_a_convolution(size: int, kernel: int, stride: int, padding: int, dilation: int) -> None:
    module = nn.Conv2d(1, 1, kernel, stride, padding, dilation)
    expected = shapes.window(size, kernel, stride, padding, dilation)
    if expected < 1:
        with pytest.raises(RuntimeError):
            rows(module, size)
    else:
        assert rows(module, size) == expected


@settings(deadline=None, max_examples=40)
@given(size=st.integers(1, 40), kernel=SMALL, stride=SMALL, padding=st.integers(0, 2), ceil=st.booleans())
def test_of_a_pooling_rounded_down_and_up(size: int, kernel: int, stride: int, padding: int, ceil: bool) -> None:
    assume(padding <= kernel // 2)
    expected = shapes.window(size, kernel, stride, padding, ceil=ceil)
    assume(expected >= 1)
    assert rows(nn.MaxPool2d(kernel, stride, padding, ceil_mode=ceil), size) == expected


@settings(deadline=None, max_examples=40)
@given(
    size=st.integers(1, 20),
    kernel=SMALL,
    stride=SMALL,
    padding=st.integers(0, 2),
    dilation=st.integers(1, 3),
    over=st.integers(0, 2),
)
def test_of_a_transposed_convolution(size: int, kernel: int, stride: int, padding: int, dilation: int, over: int) -> None:
    assume(over < max(stride, dilation))
    expected = shapes.transposed(size, kernel, stride, padding, dilation, over)
    assume(expected >= 1)
    assert rows(nn.ConvTranspose2d(1, 1, kernel, stride, padding, over, dilation=dilation), size) == expected
