"""What oneDNN takes inside a kernel, by formula and as the allocator records it."""

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import torch
from counting.memory_networks import KNOWN, recording
from torch import nn

from seodang.counting.workspace import BLOCK, LSTM, Convolution, TransposedConvolution

pytestmark = KNOWN
HERE = BLOCK if "AVX512" in torch.backends.cpu.get_cpu_capability() else 8
"""Channels of a block on this processor."""
CLOSE = 0.05 if HERE == BLOCK else 0.06
"""With AVX2 one strided kernel scribbles on 119 kB, for which 40 are allowed."""


def pieces(call: Callable[[], Any]) -> list[int]:
    """Bytes that the allocator gave out, and with a minus took back, while a call ran; its result still lives."""
    call()
    with recording() as events:
        result = call()
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
        of = Convolution(x.nbytes, y.nbytes, layer.weight.nbytes, channels, filters, strided=stride > 1, block=HERE)
        assert of.forward() == pytest.approx(peak(lambda: layer(x)), rel=CLOSE)
        assert of.backward(wanted) == pytest.approx(peak(backward(layer, x, wanted)), rel=CLOSE)


@pytest.mark.parametrize(
    ("channels", "filters", "stride"), [(32, 16, 2), (64, 32, 2), (24, 1, 2), (24, 20, 2), (64, 64, 1), (24, 20, 1)]
)
def test_a_transposed_convolution(channels: int, filters: int, stride: int) -> None:
    layer, x = nn.ConvTranspose2d(channels, filters, 4, stride, 1), torch.zeros(16, channels, 28, 28)
    with torch.no_grad():
        y = layer(x)
        turned = Convolution(y.nbytes, x.nbytes, layer.weight.nbytes, filters, channels, strided=stride > 1, block=HERE)
        of = TransposedConvolution(turned)
        assert of.forward() == pytest.approx(peak(lambda: layer(x)), rel=CLOSE)
        assert of.backward() == pytest.approx(peak(backward(layer, x, wanted=True)), rel=CLOSE)


@pytest.mark.parametrize(
    ("batch", "steps", "inputs", "hidden"),
    [(16, 40, 32, 128), (8, 40, 32, 128), (16, 20, 32, 64), (3, 50, 512, 512), (5, 60, 30, 50)],
)
def test_the_buffer_of_an_lstm(batch: int, steps: int, inputs: int, hidden: int) -> None:
    layer, x = nn.LSTM(inputs, hidden, batch_first=True), torch.zeros(batch, steps, inputs)
    predicted = LSTM(batch, steps, inputs, hidden).saved()
    page = 4096  # each of its seven arrays begins on one
    assert predicted <= max(pieces(lambda: layer(x))) <= predicted + 7 * page


def test_what_an_earlier_test_left_in_a_circle_is_not_given_back_in_a_recording() -> None:
    class Circle:
        def __init__(self) -> None:
            self.tensor, self.itself = torch.zeros(1_000_000), self

    with recording() as events:
        Circle()
        kept = [[place] for place in range(10_000)]  # enough for the collector to look round, were it awake
    assert sum(event.nbytes() for event in events if event.name() == "[memory]") == 4_000_000, len(kept)


@pytest.mark.skipif(HERE < BLOCK, reason="this processor has nothing wider than AVX2")
def test_a_step_is_predicted_on_a_processor_without_avx_512() -> None:
    """PyTorch and oneDNN are told to do without, in a process of their own."""
    narrow = os.environ | {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
    beside = Path(__file__).with_name("test_memory.py")
    words = [sys.executable, "-m", "pytest", str(beside), "-k", "is_predicted and (lenet or autoencoder or lstm)", "-rP"]
    done = subprocess.run(words, env=narrow, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count(" MB = ") == 6, "every case has run"
