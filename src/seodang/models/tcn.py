"""Convolutions that look back only: the causal convolution and the temporal convolutional network.

van den Oord et al. 2016, "WaveNet" (dilated causal convolutions); Bai, Kolter & Koltun 2018, "An empirical evaluation of
generic convolutional and recurrent networks for sequence modeling", section 3 and figure 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm


class CausalConv1d(nn.Module):
    """A convolution whose output at a step sees that step and (kernel - 1) * dilation steps before it, never one after.

    All padding is on the left. Padding both sides, as Conv1d does, lets every layer look (kernel - 1) / 2 steps ahead.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int = 1, *, normalized: bool = False) -> None:
        super().__init__()
        self.before = (kernel - 1) * dilation
        convolution = nn.Conv1d(inputs, outputs, kernel, dilation=dilation)
        self.convolution = weight_norm(convolution) if normalized else convolution

    def forward(self, x: Tensor) -> Tensor:  # (batch, inputs, time) -> (batch, outputs, time)
        y: Tensor = self.convolution(F.pad(x, (self.before, 0)))
        return y


class Block(nn.Module):
    """Two dilated causal convolutions with weight normalization, ReLU and dropout of whole channels, and a way past them."""

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int, dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before in (inputs, outputs):
            layers += [CausalConv1d(before, outputs, kernel, dilation, normalized=True), nn.ReLU()]
            layers += [nn.Dropout1d(dropout)] if dropout else []
        self.layers = nn.Sequential(*layers)
        self.past = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:  # (batch, inputs, time) -> (batch, outputs, time)
        return F.relu(self.layers(x) + self.past(x))


class TCN(nn.Module):
    """Blocks whose dilation doubles, 1, 2, 4, …, and a linear head on the last step."""

    def __init__(self, inputs: int, channels: Sequence[int], outputs: int, kernel: int = 3, dropout: float = 0.0) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            *(Block(*sizes, kernel, 2**level, dropout) for level, sizes in enumerate(pairwise([inputs, *channels])))
        )
        self.head = nn.Linear(channels[-1], outputs)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, inputs) -> (batch, outputs)
        answer: Tensor = self.head(self.blocks(x.transpose(1, 2))[:, :, -1])
        return answer


def receptive_field(kernel: int, levels: int) -> int:
    """Steps that the last output of a TCN can see: each of two convolutions a block adds (kernel - 1) * 2^level."""
    return 1 + 2 * (kernel - 1) * ((1 << levels) - 1)
