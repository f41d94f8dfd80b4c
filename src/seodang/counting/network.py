"""What was counted: a network as a list of layers, each with its shapes, parameters, MACs and receptive field.

Conventions (docs/counting.md gives the reasons):

* Shapes leave the batch out: an image is (channels, height, width). Counts are for a batch of one.
* A MAC is one multiplication and one addition, so 2 FLOPs. A dot product of k terms that starts from its bias is k MACs.
  Convolutions and matrix products are counted; activations, normalizations, poolings and additions of branches are not.
* A parameter is a number that training learns; running means and other buffers are none. One that two layers share (a tied
  weight) is counted once, at the first of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

FLOPS_PER_MAC = 2


@dataclass(frozen=True, slots=True)
class Field:
    """The receptive field of a layer's units: which pixels of the network's input can change them, one number an axis.

    Seen along one axis, unit i covers `size` pixels around the pixel `start + i * stride` (pixels count from 0; a half lies
    between two). Padding counts as pixels, so a field can be larger than the image. Source: Araujo, Norris & Sim 2019,
    "Computing receptive fields of convolutional neural networks", Distill.
    """

    size: tuple[int, ...]
    """Pixels a unit covers (the most that any unit does, where upsampling makes them unequal)."""
    stride: tuple[float, ...]
    """Pixels from one unit's field to the next one's, also called the jump; below 1 after upsampling past the input."""
    start: tuple[float, ...]
    """The centre of the first unit's field."""
    padding: tuple[int, ...]
    """How many pixels before the image's first the first unit's field begins."""

    def to_json(self) -> dict[str, Any]:
        """The four numbers of every axis, rows before columns."""
        return {
            "size": list(self.size),
            "stride": [_whole(number) for number in self.stride],
            "start": [_whole(number) for number in self.start],
            "padding": list(self.padding),
        }


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: a module of a network, or one word of a spec."""

    name: str
    """Where it is: `features.0`, or its word in the spec."""
    kind: str
    """What it is: `Conv2d`, `MaxPool2d`, `Linear`, `LSTM`, …"""
    inputs: tuple[int, ...]
    output: tuple[int, ...]
    """Shapes without the batch. Empty when the forward pass did not reach the layer (a head used in training only)."""
    parameters: int
    macs: int
    """Multiply-accumulates of one forward pass of one example."""
    field: Field | None = None
    """None where there is none: not an image, or mixed over the whole of it (by a global pooling, a linear layer)."""
    spared: int = 0
    """MACs the backward pass is spared: gradients nobody asks for, of the network's own input (and of frozen weights)."""

    @property
    def flops(self) -> int:
        """Floating-point operations of one forward pass of one example."""
        return FLOPS_PER_MAC * self.macs

    def to_json(self) -> dict[str, Any]:
        """The layer as docs/json.md describes it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "inputs": list(self.inputs),
            "output": list(self.output),
            "parameters": self.parameters,
            "macs": self.macs,
            "flops": self.flops,
            "receptive_field": self.field.to_json() if self.field else None,
        }


@dataclass(frozen=True, slots=True)
class Network:
    """A network's layers in the order in which their first runs end; those that did not run come last."""

    name: str
    input: tuple[int, ...]
    """The shape of one example, without the batch."""
    layers: tuple[Layer, ...]

    @property
    def output(self) -> tuple[int, ...]:
        """The shape of the last layer that ran; the input's when there is none."""
        return next((layer.output for layer in reversed(self.layers) if layer.output), self.input)

    @property
    def parameters(self) -> int:
        """All trained parameters, shared ones once."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one forward pass of one example."""
        return sum(layer.macs for layer in self.layers)

    @property
    def flops(self) -> int:
        """Floating-point operations of one forward pass of one example."""
        return FLOPS_PER_MAC * self.macs

    @property
    def training_flops(self) -> int:
        """Forward and backward of one example.

        The backward pass of a product computes two of the same size, the gradients with respect to its two factors, so the
        whole is three times the forward pass (Kaplan et al. 2020, "Scaling laws for neural language models", section 2.1),
        less the gradients nobody asks for: that of the network's own input. The optimizer's update, a few FLOPs a parameter
        once a batch, is not counted.
        """
        return FLOPS_PER_MAC * sum(3 * layer.macs - layer.spared for layer in self.layers)

    @property
    def receptive_field(self) -> Field | None:
        """The largest that any layer has: that of the deepest feature map, before everything is mixed."""
        fields = [layer.field for layer in reversed(self.layers) if layer.field]
        return max(fields, key=lambda field: prod(field.size), default=None)

    def to_json(self) -> dict[str, Any]:
        """The network as docs/json.md describes it, without the training memory."""
        field = self.receptive_field
        return {
            "name": self.name,
            "input": list(self.input),
            "output": list(self.output),
            "parameters": self.parameters,
            "macs": self.macs,
            "flops": self.flops,
            "training_flops": self.training_flops,
            "receptive_field": field.to_json() if field else None,
            "layers": [layer.to_json() for layer in self.layers],
        }


def _whole(number: float) -> float | int:
    """Whole numbers without a point, as a reader writes them."""
    return int(number) if number == int(number) else number
