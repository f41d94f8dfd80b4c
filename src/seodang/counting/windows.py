"""What PyTorch's windows do to what a tensor sees: convolution, pooling, padding, resizing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from seodang.counting import receptive_field
from seodang.counting.receptive_field import INPUT, Axis
from seodang.counting.sight import FRESH, MIXED, Axes, Named, Rule, Sight

aten = torch.ops.aten


def _spatial(sight: Sight, x: Tensor, dims: int) -> tuple[Axes, Axes]:
    """The sight of the leading dimensions and of the last `dims`, which a window passes over."""
    if sight == FRESH:
        return (None,) * (x.dim() - dims), (INPUT,) * dims
    assert not isinstance(sight, str)
    return sight[: x.dim() - dims], sight[x.dim() - dims :]


def _each(sight: Sight, x: Tensor, dims: int, seen: Callable[[Axis, int], Axis | None]) -> Sight:
    """Every axis of the last `dims` through its own window; the number of the dimension goes with it."""
    leading, axes = _spatial(sight, x, dims)
    after = [seen(axis, number) if axis else None for number, axis in enumerate(axes)]
    lost = any(axis and not new for axis, new in zip(axes, after, strict=True))
    return MIXED if lost else (*leading, *after)


def _list(values: Any, dims: int) -> list[int]:
    """One number for every dimension."""
    each: list[int] = list(values) if isinstance(values, Sequence) else [values]
    return each * dims if len(each) == 1 else each


def _convolution(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
    kernel = named["weight"].shape[2:]
    stride, padding, dilation = (_list(named[name], len(kernel)) for name in ("stride", "padding", "dilation"))
    window = receptive_field.transposed if named["transposed"] else receptive_field.window
    return _each(sight, x, len(kernel), lambda axis, n: window(axis, kernel[n], stride[n], padding[n], dilation[n]))


def _pooling(dims: int) -> Rule:
    def rule(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
        kernel = _list(named["kernel_size"], dims)
        stride = _list(named["stride"], dims) or kernel
        padding, dilation = _list(named["padding"], dims), _list(named.get("dilation", 1), dims)
        window = receptive_field.window
        return _each(sight, x, dims, lambda axis, n: window(axis, kernel[n], stride[n], padding[n], dilation[n]))

    return rule


def _adaptive(dims: int) -> Rule:
    def rule(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
        inputs, outputs = x.shape[-dims:], output.shape[-dims:]
        if any(m == 1 < n for n, m in zip(inputs, outputs, strict=True)):
            return MIXED
        return _each(sight, x, dims, lambda axis, n: receptive_field.resized(axis, inputs[n], outputs[n]))

    return rule


def _enlarged(dims: int, between: bool) -> Rule:
    way = receptive_field.interpolated if between else receptive_field.resized

    def rule(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
        return _each(sight, x, dims, lambda axis, n: way(axis, x.shape[-dims:][n], output.shape[-dims:][n]))

    return rule


def _padded(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
    before = named.get("pad", named.get("padding"))[::2][::-1]  # torch gives the last dimension first
    return _each(sight, x, len(before), lambda axis, n: receptive_field.window(axis, 1, padding=before[n]))


def _shuffled(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
    factor = named["upscale_factor"]
    return _each(sight, x, 2, lambda axis, _: receptive_field.resized(axis, 1, factor))


def _unshuffled(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
    factor = named["downscale_factor"]
    return _each(sight, x, 2, lambda axis, _: receptive_field.window(axis, factor, factor))


_ADAPTIVE = {
    1: (aten.adaptive_avg_pool1d, aten.adaptive_max_pool1d),
    2: (aten._adaptive_avg_pool2d, aten.adaptive_avg_pool2d, aten.adaptive_max_pool2d),
    3: (aten._adaptive_avg_pool3d, aten.adaptive_avg_pool3d, aten.adaptive_max_pool3d),
}
_POOLINGS = {
    1: (aten.avg_pool1d, aten.max_pool1d),
    2: (aten.avg_pool2d, aten.max_pool2d_with_indices, aten.max_pool2d),
    3: (aten.avg_pool3d, aten.max_pool3d_with_indices, aten.max_pool3d),
}
_PADDINGS = (
    aten.constant_pad_nd,
    *(aten.reflection_pad1d, aten.reflection_pad2d, aten.reflection_pad3d),
    *(aten.replication_pad1d, aten.replication_pad2d, aten.replication_pad3d),
)
WINDOWS: dict[Any, Rule] = {
    **dict.fromkeys((aten.convolution, aten._convolution, aten.convolution_overrideable), _convolution),
    **{packet: _pooling(dims) for dims, packets in _POOLINGS.items() for packet in packets},
    **{packet: _adaptive(dims) for dims, packets in _ADAPTIVE.items() for packet in packets},
    **dict.fromkeys(_PADDINGS, _padded),
    **dict.fromkeys((aten.upsample_nearest1d, aten._upsample_nearest_exact1d), _enlarged(1, between=False)),
    **dict.fromkeys((aten.upsample_nearest2d, aten._upsample_nearest_exact2d), _enlarged(2, between=False)),
    **dict.fromkeys((aten.upsample_nearest3d, aten._upsample_nearest_exact3d), _enlarged(3, between=False)),
    aten.upsample_linear1d: _enlarged(1, between=True),
    aten.upsample_bilinear2d: _enlarged(2, between=True),
    aten.upsample_trilinear3d: _enlarged(3, between=True),
    aten.pixel_shuffle: _shuffled,
    aten.pixel_unshuffle: _unshuffled,
}
