"""What a learner is told when a module cannot run on a shape: which layer, what it was given, and the arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from seodang.counting import shapes
from seodang.counting.errors import CountingError


def explained(name: str, module: nn.Module, shape: tuple[int, ...], error: BaseException) -> CountingError:
    """The error of the layer that was running when PyTorch gave up; `shape` is its input's, without the batch."""
    layer, given = f"{name}, {type(module).__name__}", " x ".join(map(str, shape)) or "a number"
    lost = _no_room(module, shape)
    if lost:
        size, padding, extent, stride, result = lost
        return CountingError(
            "layer {layer}: its input is {shape}; ({size} + 2·{padding} − {extent}) / {stride} + 1 = {result}; "
            "pad by {more} or more, or drop a pooling",
            layer=layer, shape=given, size=size, padding=padding, extent=extent, stride=stride,
            result=str(result).replace("-", "−"), more=-((size - extent) // 2),
        )  # fmt: skip
    wanted, found = _features(module, shape)
    if wanted != found:
        return CountingError(
            "layer {layer}: its input is {shape}; its weights expect {wanted} channels or features, not {found}; "
            "change the layer, or give another --input",
            layer=layer, shape=given, found=found, wanted=wanted,
        )  # fmt: skip
    said = " ".join(str(error).split())
    if not said or not isinstance(error, RuntimeError | ValueError):
        said = f"{type(error).__name__}: {said}"
    return CountingError(
        "layer {layer}: its input is {shape}, and PyTorch says: {said}", layer=layer, shape=given, said=said
    )


def _no_room(module: nn.Module, shape: tuple[int, ...]) -> tuple[int, int, int, int, int] | None:
    """Size, padding, extent, stride and the positions of a window, along the first axis on which it does not fit."""
    kernel = getattr(module, "kernel_size", None)
    if kernel is None or isinstance(module, nn.modules.conv._ConvTransposeNd) or len(shape) < 2:
        return None
    sizes = shape[1:]
    kernels, paddings = _each(kernel, len(sizes)), _each(getattr(module, "padding", 0), len(sizes))
    strides, dilations = _each(module.stride, len(sizes)), _each(getattr(module, "dilation", 1), len(sizes))
    for size, k, s, p, d in zip(sizes, kernels, strides, paddings, dilations, strict=False):
        positions = shapes.window(size, k, s, p, d)
        if positions < 1:
            return size, p, shapes.extent(k, d), s, positions
    return None


def _each(value: Any, dims: int) -> Sequence[int]:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,) * dims


def _features(module: nn.Module, shape: tuple[int, ...]) -> tuple[int, int]:
    """How many channels or features a layer's weights expect, and how many it is given; equal where nothing is known."""
    if isinstance(module, nn.Linear):
        return module.in_features, shape[-1] if shape else 1
    if isinstance(module, nn.RNNBase):
        return module.input_size, shape[-1] if shape else 1
    if isinstance(module, nn.modules.conv._ConvNd) and len(shape) == len(module.kernel_size) + 1:
        return module.in_channels, shape[0]
    if isinstance(module, nn.modules.batchnorm._BatchNorm) and shape:
        return module.num_features, shape[0]
    return 0, 0
