"""How many multiply-accumulates (MACs) a layer needs for one example; a MAC is 2 FLOPs.

Every output is one dot product that starts from its bias, so adding the bias costs nothing more: k products and k additions.
Source: the sums themselves; Sze, Chen, Yang & Emer 2017, "Efficient processing of deep neural networks" (arXiv:1703.09039),
section III and table II, whose MACs of AlexNet and VGG-16 count in this way.
"""

from __future__ import annotations


def linear(inputs: int, outputs: int, *, positions: int = 1) -> int:
    """A fully connected layer, at every position (time step, pixel) that it is applied to."""
    return positions * outputs * inputs


def conv2d(channels: int, filters: int, kernel: int, positions: int, *, groups: int = 1) -> int:
    """A convolution with a square kernel at `positions` output pixels; padding is multiplied like any pixel."""
    return positions * filters * (kernel * kernel * channels // groups)


def transposed_conv2d(channels: int, filters: int, kernel: int, positions: int, *, groups: int = 1) -> int:
    """A transposed convolution at `positions` INPUT pixels: each is multiplied with the whole kernel."""
    return positions * channels * (kernel * kernel * filters // groups)
