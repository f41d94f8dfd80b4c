"""What oneDNN takes inside a kernel, by formula and as the allocator records it. The layout is that of AVX-512."""

from collections.abc import Callable
from itertools import accumulate
from typing import Any

import pytest
import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from seodang.counting.workspace import LSTM, Convolution, TransposedConvolution

pytestmark = pytest.mark.skipif(
    "AVX512" not in torch.backends.cpu.get_cpu_capability(), reason="another processor has another layout"
)


def pieces(call: Callable[[], Any]) -> list[int]:
    """Bytes that the allocator gave out, and with a minus took back, while a call ran; its result still lives."""
    call()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        result = call()
    profiler = record.profiler
    assert profiler is not None
    assert profiler.kineto_results is not None
    events: list[Any] = profiler.kineto_results.events()
    timed = sorted(
        (event.start_ns(), place, event.nbytes()) for place, event in enumerate(events) if event.name() == "[memory]"
    )
    del result
    return [size for _, _, size in timed]


def peak(call: Callable[[], Any]) -> int:
    return max(accumulate(pieces(call)))


def backward(layer: Any, x: torch.Tensor, wanted: bool) -> Callable[[], Any]:
    """The call that computes a convolution's gradients; `wanted`: the input's too."""
    y = layer(x)
    turned = isinstance(layer, nn.ConvTranspose2d)
    settings = layer.stride, layer.padding, layer.dilation, turned, layer.output_padding, layer.groups
    operation = torch.ops.aten.convolution_backward
    return lambda: operation(y, x, layer.weight, [layer.out_channels], *settings, [wanted, True, True])


CONVOLUTIONS = [
    *((16, 16, 3, 1, 1), (32, 64, 3, 1, 1), (24, 40, 3, 1, 1), (3, 64, 3, 1, 1), (1, 16, 5, 1, 2)),
    *((16, 32, 3, 2, 1), (32, 64, 1, 2, 0), (20, 24, 3, 2, 1), (40, 6, 3, 1, 1)),
]


@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize(("channels", "filters", "kernel", "stride", "padding"), CONVOLUTIONS)
def test_a_convolution(channels: int, filters: int, kernel: int, stride: int, padding: int, wanted: bool) -> None:
    layer, x = nn.Conv2d(channels, filters, kernel, stride, padding), torch.zeros(16, channels, 32, 32)
    with torch.no_grad():
        y = layer(x)
        of = Convolution(x.nbytes, y.nbytes, layer.weight.nbytes, channels, filters, strided=stride > 1)
        assert of.forward() == pytest.approx(peak(lambda: layer(x)), rel=0.05)
        assert of.backward(wanted) == pytest.approx(peak(backward(layer, x, wanted)), rel=0.05)


@pytest.mark.parametrize(
    ("channels", "filters", "stride"), [(32, 16, 2), (64, 32, 2), (24, 1, 2), (24, 20, 2), (64, 64, 1), (24, 20, 1)]
)
def test_a_transposed_convolution(channels: int, filters: int, stride: int) -> None:
    layer, x = nn.ConvTranspose2d(channels, filters, 4, stride, 1), torch.zeros(16, channels, 28, 28)
    with torch.no_grad():
        y = layer(x)
        turned = Convolution(y.nbytes, x.nbytes, layer.weight.nbytes, filters, channels, strided=stride > 1)
        of = TransposedConvolution(turned)
        assert of.forward() == pytest.approx(peak(lambda: layer(x)), rel=0.05)
        assert of.backward() == pytest.approx(peak(backward(layer, x, wanted=True)), rel=0.05)


@pytest.mark.parametrize(
    ("batch", "steps", "inputs", "hidden"),
    [(16, 40, 32, 128), (8, 40, 32, 128), (16, 20, 32, 64), (3, 50, 512, 512), (5, 60, 30, 50)],
)
def test_the_buffer_of_an_lstm(batch: int, steps: int, inputs: int, hidden: int) -> None:
    layer, x = nn.LSTM(inputs, hidden, batch_first=True), torch.zeros(batch, steps, inputs)
    predicted = LSTM(batch, steps, inputs, hidden).saved()
    page = 4096  # each of its seven arrays begins on one
    assert predicted <= max(pieces(lambda: layer(x))) <= predicted + 7 * page
