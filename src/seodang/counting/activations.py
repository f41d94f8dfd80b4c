"""What each kind of layer keeps for its backward pass, and what it takes while it computes, in bytes of a whole batch.

Read off PyTorch's derivatives (`derivatives.yaml`): a convolution and a linear map keep their input, a sigmoid, tanh and
ReLU their output, a max pooling its input and where each maximum was (8 bytes), batch normalization its input and two
numbers a channel. Dropout on a CPU keeps a mask as wide as its output. So an input that two layers keep is there once, and
the output of a convolution before a batch normalization is kept, before a ReLU not. A Transformer layer's 23 activations and
three attention matrices a head are the account of Korthikanti et al. 2022, "Reducing activation recomputation in large
Transformer models", section 4.1, with such masks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import prod
from typing import NamedTuple

from seodang.counting.network import Layer
from seodang.counting.workspace import LSTM, Convolution, TransposedConvolution


class Sizes(NamedTuple):
    """A layer's tensors in bytes, for one batch."""

    layer: Layer
    batch: int
    element: int
    """Bytes of a number."""
    recording: bool
    """Whether the gradient of its input is asked for: something before it is trained."""

    @property
    def inputs(self) -> int:
        return self.batch * self.element * prod(self.layer.inputs)

    @property
    def output(self) -> int:
        return self.batch * self.element * prod(self.layer.output)

    @property
    def times(self) -> int:
        """The number after the word's x: heads of an attention, layers of an LSTM."""
        found = re.search(r"x(\d+)", self.layer.name)
        return int(found[1]) if found else 1


class Kept(NamedTuple):
    """What one layer does to memory."""

    input: bool = False
    output: bool = False
    extra: int = 0
    """Bytes kept beside them: masks, indices, statistics, the inside of a layer of several operations."""
    forward: int = 0
    """Bytes at the worst moment inside its kernels, output and extra included; 0: nothing but these two."""
    backward: int = 0
    """The same backward, the input's gradient included; 0: nothing but that."""
    early: float = 1.0
    """The share of its parameters' gradients that is there at that moment."""
    view: bool = False
    """Its output is its input seen otherwise."""


def kept(sizes: Sizes) -> Kept:
    """What a layer keeps; of a kind that is not listed, its input."""
    return BY_KIND.get(sizes.layer.kind, _input)(sizes)


def _convolution(sizes: Sizes) -> Kept:
    layer = sizes.layer
    turned = layer.kind == "ConvTranspose2d"
    near, far = (layer.output, layer.inputs) if turned else (layer.inputs, layer.output)
    weight = max(layer.parameters - layer.output[0], 1) * sizes.element
    strided = 2 * near[1] >= 3 * far[1]
    each = sizes.batch * sizes.element
    operands = Convolution(each * prod(near), each * prod(far), weight, near[0], far[0], strided, sizes.element)
    kernels = TransposedConvolution(operands) if turned else operands
    return Kept(input=True, forward=kernels.forward(), backward=kernels.backward(sizes.recording))


def _batch_norm(sizes: Sizes) -> Kept:
    return Kept(input=True, extra=4 * sizes.layer.parameters)


def _layer_norm(sizes: Sizes) -> Kept:
    steps = sizes.layer.inputs[0] if len(sizes.layer.inputs) == 2 else 1
    return Kept(input=True, extra=2 * sizes.batch * steps * sizes.element)


def _max_pool(sizes: Sizes) -> Kept:
    return Kept(input=True, extra=8 * sizes.output // sizes.element)


def _lstm(sizes: Sizes) -> Kept:
    layer = sizes.layer
    directions = 2 if layer.name.startswith("bi") else 1
    steps, features = layer.inputs
    hidden = layer.output[-1] // directions
    widths = [features, *[layer.output[-1]] * (sizes.times - 1)]
    passes = [LSTM(sizes.batch, steps, width, hidden, sizes.element) for width in widths]
    last = passes[-1]
    states = 4 * sizes.batch * hidden * sizes.element
    extra = directions * sum(each.saved() + states for each in passes) + sizes.inputs
    extra += sizes.output * (len(widths) - 1 + directions - 1)  # of lower layers, and of both directions apart
    return Kept(
        output=directions == 1,
        extra=extra,
        forward=extra - last.saved() + last.forward() + (directions - 1) * sizes.output,
        backward=last.backward(),
        early=0.0,
    )


def _unrolled(kept_widths: int, passing: int) -> Callable[[Sizes], Kept]:
    """PyTorch writes a GRU and a plain RNN out step by step on a CPU: so many hidden widths a step are kept or pass by."""

    def of(sizes: Sizes) -> Kept:
        directions = 2 if sizes.layer.name.startswith("bi") else 1
        hidden = sizes.layer.output[-1] // directions
        state = sizes.batch * hidden * sizes.element
        layers = sizes.times
        extra = (
            layers * kept_widths * sizes.output + sizes.inputs + (layers - 1) * sizes.output + layers * directions * state
        )
        weight = kept_widths // 2 * hidden * hidden * sizes.element
        early = 3 * max(weight, hidden * hidden * sizes.element)
        gradient = sizes.inputs * sizes.recording
        return Kept(extra=extra, forward=extra + (1 + passing) * sizes.output, backward=gradient + early, early=0.0)

    return of


def _attention(sizes: Sizes) -> Kept:
    """Fused attention: queries, keys, values, the mixed values twice, and a number a query and head."""
    sums = sizes.batch * sizes.times * sizes.layer.inputs[0] * 4
    extra = 5 * sizes.inputs + sums
    return Kept(input=True, extra=extra, forward=extra + 2 * sizes.output, backward=5 * sizes.inputs, early=0.25)


def _transformer(sizes: Sizes) -> Kept:
    """With dropout the attention matrix is there three times a head, in fp32: as weights, as mask and as their product."""
    matrix = 4 * sizes.batch * sizes.times * sizes.layer.inputs[0] ** 2
    extra = (23 + (sizes.element < 4)) * sizes.inputs + 3 * matrix
    return Kept(input=True, extra=extra, backward=3 * sizes.inputs, early=1 / 3)


def _normalized_locally(sizes: Sizes) -> Kept:
    return Kept(input=True, extra=13 * sizes.inputs // 4, backward=4 * sizes.inputs)


def _nothing(sizes: Sizes) -> Kept:  # noqa: ARG001
    return Kept()


def _view(sizes: Sizes) -> Kept:  # noqa: ARG001
    return Kept(view=True)


def _input(sizes: Sizes) -> Kept:  # noqa: ARG001
    return Kept(input=True)


def _output(sizes: Sizes) -> Kept:  # noqa: ARG001
    return Kept(output=True)


def _mask(sizes: Sizes) -> Kept:
    return Kept(extra=sizes.output)


BY_KIND: dict[str, Callable[[Sizes], Kept]] = {
    **dict.fromkeys(("Conv2d", "ConvTranspose2d"), _convolution),
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d"), _batch_norm),
    **dict.fromkeys(("ReLU", "Sigmoid", "Tanh", "Softmax"), _output),
    **dict.fromkeys(("Flatten", "Last"), _view),
    **dict.fromkeys(("AdaptiveAvgPool2d", "Mean"), _nothing),
    "LayerNorm": _layer_norm,
    "Dropout": _mask,
    "MaxPool2d": _max_pool,
    "LSTM": _lstm,
    "GRU": _unrolled(7, 3),
    "RNN": _unrolled(1, 1),
    "MultiheadAttention": _attention,
    "TransformerEncoderLayer": _transformer,
    "LocalResponseNorm": _normalized_locally,
}
"""Linear, Embedding, AvgPool2d, LeakyReLU, GELU, SiLU and ELU keep their input."""
