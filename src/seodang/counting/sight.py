"""What a tensor of a running network sees of the network's input.

One `Axis` a dimension, None for the batch and for channels. The input is FRESH until a window looks at it: only then is it
known which of its dimensions are those of an image. Where every number sees the whole image, the tensor is MIXED.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from torch import Tensor

from seodang.counting import receptive_field
from seodang.counting.network import Field
from seodang.counting.receptive_field import INPUT, Axis

FRESH: Final = "fresh"
MIXED: Final = "mixed"
Axes = tuple[Axis | None, ...]
Sight = Axes | Literal["fresh", "mixed"]
Named = Mapping[str, Any]
"""The arguments of an operation by name."""
Rule = Callable[[Sight, Named, Tensor, Tensor], Sight]
"""From an input's sight, the arguments, the input and the output to the output's sight. The input is not MIXED."""


def field(sight: Sight | None) -> Field | None:
    """The receptive field of a tensor, if it has one."""
    if sight is None or isinstance(sight, str):
        return None
    axes = [axis for axis in sight if axis]
    return receptive_field.field(axes) if axes else None


def either(one: Sight, other: Sight) -> Sight:
    """Two branches that meet: a number sees what either sees. The untouched input sees itself, as an image."""
    if MIXED in (one, other):
        return MIXED
    if one == FRESH:
        one = other if isinstance(other, str) else tuple(axis and INPUT for axis in other)
    if other == FRESH:
        other = one if isinstance(one, str) else tuple(axis and INPUT for axis in one)
    if isinstance(one, str) or isinstance(other, str):
        return FRESH
    pairs = list(zip(one, other, strict=True))
    merged = tuple(receptive_field.union(a, b) if a and b else a or b for a, b in pairs)
    return MIXED if any((a or b) and not both for (a, b), both in zip(pairs, merged, strict=True)) else merged
