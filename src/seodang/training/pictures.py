"""The convolutions and pools of a captured step, where torch's choice of kernel or of layout is not the fastest.

Two things of small pictures: a first convolution reads one or three channels, which fill no register of a channels-last
kernel, and is done faster as one product with the pixels under each place of the kernel; and a pool's backward pass that is
given a gradient in another layout than its input brings everything into the slower one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch.fx import GraphModule, Node

aten = torch.ops.aten

FEW = 32
"""Numbers under a kernel (channels x height x width) up to which the convolution is done as a product."""
SMALL = 256
"""Pixels of a picture up to which it is; larger ones leave the cache."""


def quicken_pictures(graph: GraphModule) -> None:
    """Change the graph; weights of four dimensions are taken to be channels-last."""
    for node in list(graph.graph.nodes):
        if node.target is aten.max_pool2d_with_indices_backward.default:
            _same_layout(graph, node)
        elif node.target is aten.convolution.default:
            _as_product(graph, node)
    graph.graph.eliminate_dead_code()


def _same_layout(graph: GraphModule, node: Any) -> None:
    """Bring a pool's incoming gradient into the layout of the pool's input."""
    gradient, pooled = node.args[0], node.args[1]
    last = torch.channels_last
    a, b = gradient.meta["val"], pooled.meta["val"]
    if b.dim() == 4 and b.is_contiguous(memory_format=last) and not a.is_contiguous(memory_format=last):
        with graph.graph.inserting_before(node):
            laid = graph.graph.call_function(aten.clone.default, (gradient,), {"memory_format": last})
        laid.meta["val"] = a.contiguous(memory_format=last)
        node.args = (laid, *node.args[1:])


def _as_product(graph: GraphModule, node: Any) -> None:
    x, w, bias, stride, padding, dilation, transposed, _, groups = node.args
    backward = [user for user in x.users if user.target is aten.convolution_backward.default and user.args[2] is w]
    shape, kernel, out = x.meta["val"].shape, w.meta["val"].shape, node.meta["val"].shape
    if transposed or groups != 1 or len(shape) != 4 or kernel[1:].numel() > FEW or shape[2] * shape[3] > SMALL:
        return
    if len(backward) != 1 or backward[0].args[-1][0]:  # the input's own gradient is wanted
        return
    batch, channels, _, _ = shape
    outputs, _, height, width = kernel
    call = _caller(graph, node)
    (top, left), (down, right), (row_gap, column_gap) = padding, stride, dilation
    padded = call(aten.constant_pad_nd.default, x, [left, left, top, top], 0.0)
    tall, wide = shape[2] + 2 * top, shape[3] + 2 * left
    steps = (channels * tall * wide, tall * wide, wide, 1)
    places = call(
        aten.as_strided.default,
        call(aten.clone.default, padded, memory_format=torch.contiguous_format),
        [channels, height, width, batch, out[2], out[3]],
        [steps[1], row_gap * wide, column_gap, steps[0], down * wide, right],
    )
    columns = call(aten.clone.default, places, memory_format=torch.contiguous_format)
    columns = call(aten.view.default, columns, [kernel[1:].numel(), batch * out[2] * out[3]])
    flat = call(aten.reshape.default, w, [outputs, kernel[1:].numel()])
    places_first = call(aten.t.default, columns)
    weights = call(aten.t.default, flat)
    made = (
        call(aten.addmm.default, bias, places_first, weights)
        if bias is not None
        else call(aten.mm.default, places_first, weights)
    )
    made = call(aten.permute.default, call(aten.view.default, made, [batch, out[2], out[3], outputs]), [0, 3, 1, 2])
    made.meta["val"] = node.meta["val"].contiguous(memory_format=torch.channels_last)
    node.replace_all_uses_with(made)
    _backward_as_product(graph, backward[0], columns, kernel)


def _backward_as_product(graph: GraphModule, node: Any, columns: Node, kernel: torch.Size) -> None:
    call = _caller(graph, node)
    lying = call(aten.permute.default, node.args[0], [0, 2, 3, 1])
    lying = call(aten.reshape.default, lying, [-1, kernel[0]])
    parts = {
        1: lambda: call(
            aten.view.default,
            call(
                aten.clone.default,
                call(aten.t.default, call(aten.mm.default, columns, lying)),
                memory_format=torch.contiguous_format,
            ),
            list(kernel),
        ),
        2: lambda: call(aten.sum.dim_IntList, lying, [0]),
    }
    for user in [reader for reader in node.users if reader.users]:
        assert user.target is operator.getitem
        index: Any = user.args[1]
        made = parts[index]()
        made.meta["val"] = user.meta["val"]
        user.replace_all_uses_with(made)


def _caller(graph: GraphModule, before: Node) -> Callable[..., Node]:
    """Writes operations down before a node."""

    def call(target: Any, *args: Any, **kwargs: Any) -> Node:
        with graph.graph.inserting_before(before):
            return graph.graph.call_function(target, args, kwargs)

    return call
