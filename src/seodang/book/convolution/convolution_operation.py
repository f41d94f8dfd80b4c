"""What does a convolution compute, and what shape has a filter when the image is in colour?

A window is laid on the image, multiplied with the filter number by number over all channels, and summed (LeCun et al.
1998). torch's conv2d is set against four loops, against one matrix product of all windows (im2col: Chellapilla, Puri &
Simard 2006), and against the convolution of mathematics, found by multiplying Fourier transforms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """The colour image and the filters that are laid on it."""

    side: int = knob(32, low=3, high=64)
    channels: int = knob(3, low=1, high=16)
    filters: int = knob(10, low=1, high=32)
    kernel: int = knob(5, low=1, high=9)


def looped(x: Tensor, w: Tensor) -> Tensor:
    """(filters, rows, columns): window times filter, summed over rows, columns and channels."""
    k = w.shape[-1]
    rows, columns = x.shape[1] - k + 1, x.shape[2] - k + 1
    return torch.stack([(x[:, i : i + k, j : j + k] * w).sum((1, 2, 3)) for i in range(rows) for j in range(columns)], 1)


def mathematical(x: Tensor, w: Tensor) -> Tensor:
    """The convolution (x * w)(i) = sum over m of x(i - m) w(m), by the convolution theorem, where no border is touched."""
    k, size = w.shape[-1], x.shape[1] + w.shape[-1] - 1
    product = torch.fft.rfft2(x, s=(size, size)) * torch.fft.rfft2(w, s=(size, size))
    full: Tensor = torch.fft.irfft2(product, s=(size, size)).sum(1)
    return full[:, k - 1 : x.shape[1], k - 1 : x.shape[2]]


def compared(channels: int, filters: int, kernel: int, side: int, _seed: int) -> Mapping[str, float]:
    """How far the other ways are from torch's conv2d, and the size of the layer that keeps the image's size."""
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(channels, side, side, generator=draw, dtype=torch.double)
    w = torch.randn(filters, channels, kernel, kernel, generator=draw, dtype=torch.double)
    torchs = F.conv2d(x[None], w)[0]
    layer = nn.Conv2d(channels, filters, kernel, padding=kernel // 2)
    gaps = {
        "loop_gap": looped(x, w).view_as(torchs) - torchs,
        "matrix_gap": (w.flatten(1) @ F.unfold(x[None], kernel)[0]).view_as(torchs) - torchs,
        "textbook_gap": mathematical(x, w) - torchs,
        "flipped_gap": mathematical(x, w.flip(2, 3)) - torchs,
    }
    counts = {"weights_of_a_filter": layer.weight[0].numel(), "parameters": sum(p.numel() for p in layer.parameters())}
    output = layer(x[None].float()).shape
    return {name: float(gap.abs().max()) for name, gap in gaps.items()} | counts | {"maps": output[1], "out": output[2]}


def experiment(p: Parameters) -> Experiment:
    """A grey and a colour image under the same number of filters."""
    names = ("loop_gap", "matrix_gap", "textbook_gap", "flipped_gap", "weights_of_a_filter", "parameters", "maps", "out")
    arms = {name: partial(compared, c, p.filters, p.kernel, p.side) for name, c in (("grey", 1), ("colour", p.channels))}
    return Experiment(
        kind="derivation",
        arms=arms,
        metrics={name: itemgetter(name) for name in names},
        claims={
            "three_ways_agree": Claim(lambda a: max(x.loop_gap + x.matrix_gap for x in (a.grey, a.colour)), below=1e-5),
            "is_the_textbooks": Claim(lambda a: max(a.grey.textbook_gap, a.colour.textbook_gap), below=1e-6),
            "flipped_is": Claim(lambda a: max(a.grey.flipped_gap, a.colour.flipped_gap), below=1e-6),
            "filter_is_deep": Claim(lambda a: (a.colour.maps, a.colour.parameters, a.colour.out) == (10, 760, 32)),
        },
    )
