"""What a network's layers look like from outside: which are drawn, how large their maps are, what a unit sees of another.

The network is anything with these names; `seodang.counting` has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Family = Literal["conv", "pool", "dense", "recurrent", "attention", "other"]
FAMILIES: tuple[tuple[str, Family], ...] = (
    ("conv", "conv"),
    ("pool", "pool"),
    ("linear", "dense"),
    ("lstm", "recurrent"),
    ("gru", "recurrent"),
    ("rnn", "recurrent"),
    ("attention", "attention"),
    ("transformer", "attention"),
)
"""What is in the name of a layer's kind, and how the layer is drawn then."""


class Field(Protocol):
    """The window of a unit on the input, one number an axis (`seodang.counting.network.Field`)."""

    @property
    def size(self) -> Sequence[int]: ...
    @property
    def stride(self) -> Sequence[float]: ...
    @property
    def start(self) -> Sequence[float]: ...


class Layer(Protocol):
    """One layer; shapes without the batch."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def inputs(self) -> tuple[int, ...]: ...
    @property
    def output(self) -> tuple[int, ...]: ...
    @property
    def macs(self) -> int: ...
    @property
    def field(self) -> Field | None: ...


class Network(Protocol):
    """Layers in the order in which they run."""

    @property
    def input(self) -> tuple[int, ...]: ...
    @property
    def output(self) -> tuple[int, ...]: ...
    @property
    def layers(self) -> Sequence[Layer]: ...


@dataclass(frozen=True)
class Map:
    """Channels, and the axes they are spread over: rows and columns, steps, or none."""

    channels: int
    axes: tuple[int, ...]

    @property
    def rows(self) -> int:
        """Along the first axis; a vector has one."""
        return self.axes[0] if self.axes else 1


@dataclass(frozen=True)
class Seen:
    """A stretch of a map along one axis, in units of its length: 0 is its beginning, 1 its end. May lie outside."""

    low: float
    high: float


def family(kind: str) -> Family:
    """How a layer is drawn."""
    return next((drawn for part, drawn in FAMILIES if part in kind.lower()), "other")


def is_drawn(layer: Layer) -> bool:
    """Whether a layer makes a map of its own: activations, normalizations and dropout leave it as it was."""
    return bool(layer.output) and layer.kind != "Flatten" and (layer.inputs != layer.output or layer.macs > 0)


def map_of(shape: Sequence[int], kind: str = "") -> Map:
    """An image is (channels, rows, columns); a sequence (steps, features), or (channels, steps) for 1-D convolutions."""
    if len(shape) >= 3:
        return Map(shape[0], tuple(shape[1:]))
    if len(shape) == 2:
        return Map(shape[0], (shape[1],)) if "1d" in kind.lower() else Map(shape[1], (shape[0],))
    return Map(shape[0] if shape else 1, ())


def seen(chosen: Layer, size: Sequence[int]) -> list[Seen] | None:
    """What the unit in the middle of `chosen` sees of an input of this size, an axis each; None when it has no window."""
    if not _has_window(chosen, len(size)) or chosen.field is None:
        return None
    return [_stretch(_middle(chosen, axis), 0.0, 1.0, chosen.field.size[axis], size[axis]) for axis in range(len(size))]


def seen_rows(chosen: Layer, earlier: Layer) -> Seen | None:
    """The rows of an earlier layer that the same unit sees; None when that layer has no window to reckon from.

    Units whose own windows lie within the chosen unit's are those that it is computed from.
    """
    if chosen.field is None or earlier.field is None or not _has_window(chosen) or not _has_window(earlier):
        return None
    rows = map_of(earlier.output, earlier.kind).rows
    stride = earlier.field.stride[0]
    units = (chosen.field.size[0] - earlier.field.size[0]) / stride + 1
    return _stretch(_middle(chosen, 0), earlier.field.start[0], stride, units, rows)


def _has_window(layer: Layer, axes: int | None = None) -> bool:
    """Whether a layer's units are still laid out along the axes of their windows: patches in a row are not."""
    laid_out = len(map_of(layer.output, layer.kind).axes)
    return layer.field is not None and laid_out == len(layer.field.size) == (axes or laid_out) > 0


def _middle(layer: Layer, axis: int) -> float:
    """The pixel of the input on which the middle unit's window is centred."""
    assert layer.field is not None
    unit = map_of(layer.output, layer.kind).axes[axis] // 2
    return layer.field.start[axis] + unit * layer.field.stride[axis]


def _stretch(centre: float, start: float, stride: float, units: float, length: int) -> Seen:
    place = (centre - start) / stride  # the unit at the centre, counted from 0
    return Seen((place + 0.5 - units / 2) / length, (place + 0.5 + units / 2) / length)
