"""What a captured step computes again and again though it never changes: worked out once, when the step is written down.

A cross-entropy looks for the ignored class (-100) among its targets forwards and backwards, and counts the targets that are
left. Where no target is ever ignored, the comparison is true, the count is the batch and most of the operations vanish.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import GraphModule, Node

aten = torch.ops.aten

IGNORED = -100
"""The class that torch's losses leave out, by default."""
SAME_NUMBER = (
    aten.expand.default,
    aten.view.default,
    aten._unsafe_view.default,
    aten.unsqueeze.default,
    aten.squeeze.dims,
    aten.transpose.int,
    aten._to_copy.default,
    aten.detach.default,
    aten.alias.default,
)
BY_NUMBER: dict[Any, Any] = {aten.mul.Tensor: aten.mul.Scalar, aten.div.Tensor: aten.div.Scalar}


def fold_constants(graph: GraphModule, complete: int | None) -> None:
    """Work out the tensors that hold one known number; `complete`: the input whose targets are none of the ignored class."""
    inputs = [node for node in graph.graph.nodes if node.op == "placeholder"]
    targets = None if complete is None else inputs[complete]
    known: dict[Any, float] = {}
    nodes: list[Any] = list(graph.graph.nodes)
    for node in nodes:
        if node.op != "call_function":
            continue
        number = _number(node, known, targets)
        if number is not None:
            known[node] = number
        elif node.target is aten.where.self and node.args[0] in known:
            _replace(node, node.args[1] if known[node.args[0]] else node.args[2])
        elif node.target in BY_NUMBER and len(node.args) == 2 and node.args[1] in known:
            _by_number(node, known[node.args[1]])
    graph.graph.eliminate_dead_code()


def _number(node: Any, known: dict[Any, float], targets: Node | None) -> float | None:
    """The number that every element of a node's tensor is, if that is known."""
    target: Any = node.target
    first: Any = node.args[0] if node.args else None
    if target is aten.ne.Scalar and node.args[1] == IGNORED and targets is not None:
        return 1.0 if _source(first) is targets else None
    if target is aten.scalar_tensor.default and isinstance(first, (int, float)):
        return float(first)
    if target is aten.ones_like.default:
        return 1.0
    if first not in known:
        return None
    if target in SAME_NUMBER:
        return known[first]
    if target in (aten.sum.dim_IntList, aten.sum.default):
        number: float = known[first] * first.meta["val"].numel() / node.meta["val"].numel()
        return number
    if target is aten.div.Tensor and node.args[1] in known:
        return known[first] / known[node.args[1]]
    if target is aten.where.self:
        chosen = node.args[1] if known[first] else node.args[2]
        return known.get(chosen)
    return None


def _source(node: Any) -> Node | None:
    """The tensor that a node is a view of."""
    while isinstance(node, Node) and node.target in SAME_NUMBER:
        node = node.args[0]
    return node if isinstance(node, Node) else None


def _replace(node: Any, chosen: Any) -> None:
    before, after = chosen.meta.get("val"), node.meta.get("val")
    if before is not None and before.shape == after.shape and before.dtype == after.dtype:
        node.replace_all_uses_with(chosen)


def _by_number(node: Any, number: float) -> None:
    """A product with a tensor of one number as a product with the number; written by a scatter, as a scatter of it."""
    first = node.args[0]
    if first.meta["val"].shape != node.meta["val"].shape or first.meta["val"].dtype != node.meta["val"].dtype:
        return
    zeros = first.target is aten.scatter.value and first.args[0].target is aten.zeros_like.default
    if node.target is aten.mul.Tensor and zeros and len(first.users) == 1:
        first.args = (*first.args[:3], first.args[3] * number)
        node.replace_all_uses_with(first)
    else:
        node.target, node.args = BY_NUMBER[node.target], (first, number)
