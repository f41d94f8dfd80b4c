"""How large an output is along one axis.

Source: Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning" (arXiv:1603.07285), relationships 6
(convolution, pooling), 14 (transposed convolution) and section 5.1 (dilation). A result of 0 or less does not fit.
"""

from __future__ import annotations


def extent(kernel: int, dilation: int = 1) -> int:
    """The pixels a dilated kernel reaches over: k + (k - 1)(d - 1)."""
    return dilation * (kernel - 1) + 1


def window(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, *, ceil: bool = False) -> int:
    """Positions of a window: floor((n + 2p - k) / s) + 1.

    With `ceil` a last window that hangs over the end counts too, if it begins inside the input or its first padding.
    """
    room = size + 2 * padding - extent(kernel, dilation)
    if not ceil:
        return room // stride + 1
    positions = -(-room // stride) + 1
    return positions - ((positions - 1) * stride >= size + padding)


def transposed(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, output_padding: int = 0) -> int:
    """The input size of the convolution that it transposes: s(n - 1) + k - 2p, plus what rounding down had lost."""
    return stride * (size - 1) + extent(kernel, dilation) - 2 * padding + output_padding
