"""A log-softmax over few classes turned on its side, so that it runs along the batch.

Over the last axis torch's kernel takes one sample at a time; ten classes fill less than a vector register and cost ten times
what they cost when the classes are the second-last axis and whole rows of samples are worked on at once.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import GraphModule, Node

aten = torch.ops.aten

NARROW = 128
"""Classes up to which turning is a gain."""
ANY_LAYOUT = (
    aten.bmm.default,
    aten.mm.default,
    aten.transpose.int,
    aten.t.default,
    aten.sum.dim_IntList,
    aten.gather.default,
    aten.zeros_like.default,
    aten._log_softmax_backward_data.default,
    aten.nll_loss_forward.default,
    aten.nll_loss_backward.default,
)
"""Operations that read a transposed tensor as they read any other."""


def turn_narrow_softmax(graph: GraphModule) -> None:
    """Every log-softmax of a (replicas, batch, classes) or (batch, classes) product, with its backward pass."""
    nodes: list[Any] = list(graph.graph.nodes)
    for node in nodes:
        if node.target is not aten._log_softmax.default:
            continue
        logits, axis = node.args[0], node.args[1]
        shape = node.meta["val"].shape
        backward = [user for user in node.users if user.target is aten._log_softmax_backward_data.default]
        readers = [reader for one in (node, *backward) for reader in one.users]
        if axis % len(shape) != len(shape) - 1 or len(shape) not in (2, 3) or shape[-1] > NARROW:
            continue
        if all(reader.target in ANY_LAYOUT for reader in readers) and isinstance(logits, Node):
            _turn(graph, node, logits, backward)


def _turn(graph: GraphModule, node: Any, logits: Any, backward: list[Any]) -> None:
    last = node.meta["val"].dim() - 1
    turned = _turned_product(graph, node, logits) or _call(
        graph, node, aten.clone.default, _transposed(graph, node, logits), memory_format=torch.contiguous_format
    )
    value = node.meta["val"]
    turned.meta["val"] = value.new_empty(value.transpose(-1, -2).shape)
    lying = _call(graph, node, aten._log_softmax.default, turned, last - 1, False)
    lying.meta["val"] = turned.meta["val"]
    node.replace_all_uses_with(_transposed(graph, node, lying))
    for one in backward:
        gradient = one.args[0]
        side = _transposed(graph, one, gradient)
        result = _call(graph, one, aten._log_softmax_backward_data.default, side, lying, last - 1, one.args[3])
        result.meta["val"] = turned.meta["val"]
        one.replace_all_uses_with(_transposed(graph, one, result))


def _turned_product(graph: GraphModule, node: Any, logits: Any) -> Node | None:
    """(x @ w + b) transposed is w' @ x' + b': the product itself lays its result on the side."""
    if logits.target not in (aten.baddbmm.default, aten.addmm.default) or len(logits.users) != 1 or logits.kwargs:
        return None
    bias, x, w = logits.args
    column = (
        _transposed(graph, node, bias) if bias.meta["val"].dim() > 1 else _call(graph, node, aten.unsqueeze.default, bias, 1)
    )
    return _call(graph, node, logits.target, column, _transposed(graph, node, w), _transposed(graph, node, x))


def _call(graph: GraphModule, before: Node, target: Any, *args: Any, **kwargs: Any) -> Node:
    with graph.graph.inserting_before(before):
        return graph.graph.call_function(target, args, kwargs)


def _transposed(graph: GraphModule, before: Node, node: Any) -> Node:
    """The node with its last two axes exchanged; what it was made from, where it is itself so exchanged."""
    last = node.meta["val"].dim() - 1
    if node.target is aten.transpose.int and set(node.args[1:]) == {last - 1, last}:
        source: Node = node.args[0]
        return source
    made = _call(graph, before, aten.transpose.int, node, last - 1, last)
    made.meta["val"] = node.meta["val"].transpose(-1, -2)
    return made
