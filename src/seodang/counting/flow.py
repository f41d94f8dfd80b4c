"""The receptive field followed through PyTorch's own operations, whatever module called them.

Normalizations count as in evaluation, number by number: what their statistics see is left out, as is usual.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import torch
from torch import Tensor

from seodang.counting.sight import MIXED, Named, Sight, either
from seodang.counting.views import VIEWS
from seodang.counting.windows import WINDOWS

aten = torch.ops.aten
RULES = {**WINDOWS, **VIEWS}
Sights = Callable[[Tensor], Sight | None]
"""What a tensor sees; None for a weight or a constant, which sees nothing."""


def sight_after(operation: Any, named: Named, output: Tensor, sights: Sights) -> Sight:
    """What an operation's output sees; at least one of its inputs is no constant."""
    packet = operation.overloadpacket
    if packet in (aten.cat, aten.stack):
        sight = _joined(packet, named, output, sights)
    elif packet in RULES:
        x = named.get("input", named.get("self"))
        before = sights(x) if isinstance(x, Tensor) else None
        sight = RULES[packet](before, named, x, output) if before and before != MIXED else MIXED
    elif torch.Tag.pointwise in operation.tags or packet is aten.copy_:
        sight = _elementwise([value for value in named.values() if isinstance(value, Tensor)], output, sights)
    else:
        sight = MIXED
    return sight if isinstance(sight, str) or len(sight) == output.dim() else MIXED


def _elementwise(inputs: Sequence[Tensor], output: Tensor, sights: Sights) -> Sight:
    """Numbers that stand at the same place; smaller tensors are repeated along their leading dimensions."""
    seen: list[Sight] = []
    for x in inputs:
        sight = sights(x)
        if sight is not None:
            seen.append(sight if isinstance(sight, str) else (None,) * (output.dim() - x.dim()) + sight)
    return reduce(either, seen)


def _joined(packet: Any, named: Named, output: Tensor, sights: Sights) -> Sight:
    """Branches stacked along their channels, or along a new dimension."""
    sight = reduce(either, (sight for x in named["tensors"] if (sight := sights(x)) is not None))
    if isinstance(sight, str):
        return sight
    dim = named["dim"] % output.dim()
    if packet is aten.stack:
        return (*sight[:dim], None, *sight[dim:])
    return MIXED if sight[dim] else sight
