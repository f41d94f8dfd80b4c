"""The multiply-accumulates of what PyTorch runs: its matrix products, convolutions and attention, below every module.

Whatever a module calls arrives here as one of a handful of operations: a Linear on a sequence as `addmm`, an LSTM as two
products a step, einsum as `bmm`. So a product is counted wherever it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor

aten = torch.ops.aten


Counted = tuple[int, tuple[Tensor, ...]]
"""How many MACs, and the tensors that were multiplied with each other."""


def products(operation: Any, arguments: Sequence[Any], output: Any) -> Counted:
    """The MACs of one operation and its factors; 0 and none for one that multiplies no matrices."""
    count = COUNTED.get(operation.overloadpacket)
    return count(arguments, output) if count else (0, ())


def _product(left: Tensor, right: Tensor) -> Counted:
    """Matrix by matrix (or vector), batched or not: every number of the left meets every column of the right."""
    columns = right.shape[-1] if right.dim() > 1 else 1
    return left.numel() * columns, (left, right)


def _convolution(arguments: Sequence[Any], output: Tensor) -> Counted:
    """Every output pixel is a dot product with a filter; transposed, every input pixel is spread by one."""
    x, weight, transposed = arguments[0], arguments[1], arguments[6]
    # The weight is (filters, channels / groups, *kernel), and (channels, filters / groups, *kernel) transposed.
    each = x if transposed else output
    return each.numel() * prod(weight.shape[1:]), (x, weight)


def _attention(arguments: Sequence[Any], _output: Any) -> Counted:
    """Queries with keys, and the weights with values: (…, queries, width) and (…, keys, width)."""
    query, key, value = arguments[:3]
    return query.numel() * key.shape[-2] + prod(query.shape[:-1]) * key.shape[-2] * value.shape[-1], (query, key, value)


def _bilinear(arguments: Sequence[Any], output: Tensor) -> Counted:
    """x A y for every output: A by y, then x by the result."""
    x, weight, y = arguments[:3]
    return output.numel() * (weight[0].numel() + x.shape[-1]), (x, weight, y)


def _takes(left: int, right: int) -> Callable[[Sequence[Any], Any], Counted]:
    return lambda arguments, _output: _product(arguments[left], arguments[right])


COUNTED: dict[Any, Callable[[Sequence[Any], Any], Counted]] = {
    **dict.fromkeys((aten.mm, aten.bmm, aten.mv, aten.dot, aten.vdot), _takes(0, 1)),
    **dict.fromkeys((aten.addmm, aten.baddbmm, aten.addbmm, aten.addmv, aten._addmm_activation), _takes(1, 2)),
    **dict.fromkeys((aten.convolution, aten._convolution, aten.convolution_overrideable), _convolution),
    **dict.fromkeys(
        (
            aten._scaled_dot_product_flash_attention,
            aten._scaled_dot_product_flash_attention_for_cpu,
            aten._scaled_dot_product_efficient_attention,
            aten._scaled_dot_product_cudnn_attention,
            aten._scaled_dot_product_fused_attention_overrideable,
            aten._scaled_dot_product_attention_math,
        ),
        _attention,
    ),
    aten._trilinear: _bilinear,
}
