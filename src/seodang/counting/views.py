"""What PyTorch's rearrangements do to what a tensor sees: views, slices, means; and what leaves it as it is."""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import Tensor

from seodang.counting import receptive_field
from seodang.counting.sight import FRESH, MIXED, Named, Rule, Sight

aten = torch.ops.aten


def _same(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
    return sight


def _viewed(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
    """A dimension is still there if one of the same size has as many numbers before it."""
    if isinstance(sight, str):
        return sight
    new = list[Any]([None] * output.dim())
    before = [prod(output.shape[:dim]) for dim in range(output.dim())]
    for dim, axis in enumerate(sight):
        if axis is None:
            continue
        place = (prod(x.shape[:dim]), x.shape[dim])
        found = [d for d in range(output.dim()) if (before[d], output.shape[d]) == place and new[d] is None]
        if not found:
            return MIXED
        new[found[-1] if x.shape[dim] == 1 else found[0]] = axis
    return tuple(new)


def _permuted(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
    if isinstance(sight, str):
        return sight
    order = list(range(x.dim()))
    if "dims" in named:
        order = [dim % x.dim() for dim in named["dims"]]
    else:
        first, second = named.get("dim0", 0), named.get("dim1", min(1, x.dim() - 1))  # aten.t has neither
        order[first], order[second] = order[second], order[first]
    return tuple(sight[dim] for dim in order)


def _unsqueezed(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
    if isinstance(sight, str):
        return sight
    dim = named["dim"] % output.dim()
    return (*sight[:dim], None, *sight[dim:])


def _expanded(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
    return sight if isinstance(sight, str) else ((None,) * (output.dim() - x.dim()) + sight)


def _dropped(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:
    """Dimensions summed, selected or squeezed away: over an image's own, everything is mixed."""
    given = named.get("dim")
    dims = list(range(x.dim())) if given is None or given == [] else [given] if isinstance(given, int) else given
    gone = {dim % x.dim() for dim in dims}
    if isinstance(sight, str):
        return sight if all(x.shape[dim] == 1 for dim in gone) else MIXED
    if any(sight[dim] and x.shape[dim] > 1 for dim in gone):
        return MIXED
    return sight if output.dim() == x.dim() else tuple(axis for dim, axis in enumerate(sight) if dim not in gone)


def _squeezed(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:
    given = named.get("dim", range(x.dim()))
    dims = [given] if isinstance(given, int) else given
    ones = [dim for dim in dims if x.shape[dim] == 1]
    return _dropped(sight, {"dim": ones}, x, output) if ones else sight


def _along(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
    """A softmax or a running sum along a dimension; a split of one."""
    return MIXED if isinstance(sight, str) or sight[named["dim"] % x.dim()] else sight


def _split(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:
    return sight if sight == FRESH else _along(sight, named, x, output)


def _sliced(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:  # noqa: ARG001
    """Every `step`-th unit from `start` on."""
    if isinstance(sight, str):
        return sight
    dim, size = named["dim"] % x.dim(), x.shape[named["dim"]]
    axis, start = sight[dim], named.get("start") or 0
    if axis is None:
        return sight
    moved = receptive_field.window(axis, 1, named.get("step", 1), padding=-(start % size if start < 0 else start))
    return (*sight[:dim], moved, *sight[dim + 1 :]) if moved else MIXED


def _indexed(sight: Sight, named: Named, x: Tensor, output: Tensor) -> Sight:
    """Channels picked one by one."""
    if isinstance(sight, str):
        return sight
    given = named.get("indices", [])
    picked = [dim for dim, index in enumerate(given) if index is not None] or [named.get("dim", 0) % x.dim()]
    return MIXED if any(sight[dim] for dim in picked) or output.dim() != x.dim() else sight


_KEPT = (
    *(aten.clone, aten.detach, aten.alias, aten.contiguous, aten._to_copy, aten.lift_fresh, aten.native_dropout),
    *(aten.native_batch_norm, aten._native_batch_norm_legit, aten._native_batch_norm_legit_no_training),
    *(aten.cudnn_batch_norm, aten.native_group_norm, aten.native_layer_norm),
)
VIEWS: dict[Any, Rule] = {
    **dict.fromkeys(_KEPT, _same),
    **dict.fromkeys((aten.view, aten._unsafe_view, aten.reshape, aten._reshape_alias), _viewed),
    **dict.fromkeys((aten.permute, aten.transpose, aten.t), _permuted),
    aten.unsqueeze: _unsqueezed,
    aten.squeeze: _squeezed,
    aten.expand: _expanded,
    **dict.fromkeys((aten.mean, aten.sum, aten.amax, aten.amin, aten.max, aten.min, aten.var, aten.std), _dropped),
    **dict.fromkeys((aten.select, aten.unbind, aten.linalg_vector_norm), _dropped),
    **dict.fromkeys((aten._softmax, aten._log_softmax, aten.cumsum), _along),
    **dict.fromkeys((aten.split, aten.split_with_sizes, aten.unsafe_split), _split),
    aten.slice: _sliced,
    **dict.fromkeys((aten.index, aten.index_select), _indexed),
}
