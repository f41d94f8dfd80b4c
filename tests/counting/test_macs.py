"""The formulas for arithmetic count what PyTorch's own counter counts, forward and backward."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from seodang.counting import attention, macs, parameters, recurrent

SMALL = st.integers(1, 6)


def torch_flops(module: nn.Module, *inputs: Tensor) -> int:
    """By PyTorch's counter, on the meta device, where nothing is one opaque operation."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module.to("meta").eval()(*(each.to("meta") for each in inputs))
    torch.backends.mha.set_fastpath_enabled(fast)
    return int(counter.get_total_flops())


def weights(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


@settings(deadline=None, max_examples=20)
@given(inputs=SMALL, outputs=SMALL, positions=SMALL)
def test_of_a_linear_layer_on_a_sequence(inputs: int, outputs: int, positions: int) -> None:
    counted = torch_flops(nn.Linear(inputs, outputs), torch.empty(1, positions, inputs))
    assert counted == 2 * macs.linear(inputs, outputs, positions=positions)


@settings(deadline=None, max_examples=20)
@given(groups=st.integers(1, 3), channels=SMALL, filters=SMALL, kernel=st.integers(1, 3), size=st.integers(3, 9))
def test_of_a_convolution_in_groups(groups: int, channels: int, filters: int, kernel: int, size: int) -> None:
    channels, filters = channels * groups, filters * groups
    module = nn.Conv2d(channels, filters, kernel, groups=groups)
    counted = torch_flops(module, torch.empty(1, channels, size, size))
    assert counted == 2 * macs.conv2d(channels, filters, kernel, (size - kernel + 1) ** 2, groups=groups)
    assert weights(module) == parameters.conv2d(channels, filters, kernel, groups=groups)


@settings(deadline=None, max_examples=20)
@given(channels=SMALL, filters=SMALL, kernel=st.integers(1, 4), stride=st.integers(1, 3), size=st.integers(1, 9))
def test_of_a_transposed_convolution(channels: int, filters: int, kernel: int, stride: int, size: int) -> None:
    module = nn.ConvTranspose2d(channels, filters, kernel, stride)
    counted = torch_flops(module, torch.empty(1, channels, size, size))
    assert counted == 2 * macs.transposed_conv2d(channels, filters, kernel, size * size)


@pytest.mark.parametrize("kind", list(recurrent.GATES))
@settings(deadline=None, max_examples=20)
@given(inputs=SMALL, hidden=SMALL, steps=SMALL, layers=st.integers(1, 3), both=st.booleans())
def test_of_recurrent_layers(kind: str, inputs: int, hidden: int, steps: int, layers: int, both: bool) -> None:
    module = getattr(nn, kind.upper())(inputs, hidden, layers, bidirectional=both, batch_first=True)
    counted = torch_flops(module, torch.empty(1, steps, inputs))
    shape = {"layers": layers, "directions": 1 + both}
    assert counted == 2 * recurrent.macs(kind, inputs, hidden, steps, **shape)
    assert weights(module) == recurrent.parameters(kind, inputs, hidden, **shape)


def test_the_papers_lstm_has_one_bias_a_gate() -> None:
    assert recurrent.parameters("lstm", 100, 128) == 117_760
    assert recurrent.parameters("lstm", 100, 128, biases=1) == 4 * 128 * (100 + 128 + 1)


@settings(deadline=None, max_examples=20)
@given(heads=st.integers(1, 4), width=SMALL, queries=SMALL, keys=SMALL)
def test_of_attention(heads: int, width: int, queries: int, keys: int) -> None:
    width *= heads
    module = nn.MultiheadAttention(width, heads, batch_first=True)
    other = torch.empty(1, keys, width)
    assert torch_flops(module, torch.empty(1, queries, width), other, other) == 2 * attention.macs(width, queries, keys)
    assert weights(module) == attention.parameters(width)


@settings(deadline=None, max_examples=20)
@given(heads=st.integers(1, 4), width=SMALL, tokens=SMALL)
def test_a_transformer_layer_has_12_d_squared_plus_13_d(heads: int, width: int, tokens: int) -> None:
    width *= heads
    module = nn.TransformerEncoderLayer(width, heads, 4 * width, batch_first=True)
    assert weights(module) == attention.block_parameters(width) == 12 * width**2 + 13 * width
    counted = torch_flops(module, torch.empty(1, tokens, width))
    assert counted == 2 * attention.block_macs(width, tokens) == 2 * (12 * tokens * width**2 + 2 * tokens**2 * width)


def test_norms_and_tables_hold_what_torch_gives_them() -> None:
    assert parameters.layer_norm(7) == weights(nn.LayerNorm(7))
    assert parameters.embedding(11, 3) == weights(nn.Embedding(11, 3))
