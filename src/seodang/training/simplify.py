"""A captured step made shorter: operations that do nothing, are done twice, or can be done as one or in place.

vmap and autograd write down a step in general terms (a bias is scaled by 1 and added after its product, every operand is
expanded to the shape it has, the ignored class of a cross-entropy is looked for five times). Each rule here keeps the
numbers up to the rounding of one operation; tests hold the captured step against the plain loop for every layer kind.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import GraphModule, Node

from seodang.training.constants import fold_constants
from seodang.training.narrow import turn_narrow_softmax
from seodang.training.tails import pad_tails

aten = torch.ops.aten

RESHAPES = (aten.expand.default, aten.view.default, aten._unsafe_view.default, aten.detach.default, aten.alias.default)
REPEATABLE = (
    *RESHAPES,
    aten.ne.Scalar,
    aten.ones_like.default,
    aten.scalar_tensor.default,
    aten.transpose.int,
    aten.unsqueeze.default,
    aten.where.self,
    aten._to_copy.default,
)
"""Pure and cheap to compare; made twice by forward and backward passes that do not know of one another."""

IN_PLACE = {
    aten.relu.default: aten.relu_.default,
    aten.mul.Scalar: aten.mul_.Scalar,
    aten.sigmoid.default: aten.sigmoid_.default,
    aten.scatter.value: aten.scatter_.value,
}
BACKWARD_INTO = {
    aten.threshold_backward.default: aten.threshold_backward.grad_input,
    aten.tanh_backward.default: aten.tanh_backward.grad_input,
    aten.sigmoid_backward.default: aten.sigmoid_backward.grad_input,
}
"""Backward passes that may write their result over the gradient they were given."""

FRESH = (
    aten.max_pool2d_with_indices_backward.default,
    aten.bmm.default,
    aten.baddbmm.default,
    aten.add.Tensor,
    aten.mul.Tensor,
    aten.zeros_like.default,
    aten._log_softmax_backward_data.default,
)
"""Operations whose result is a tensor of its own, so that it may be overwritten by its only reader."""


def simplified(graph: GraphModule, replicas: int = 1, complete: int | None = None) -> GraphModule:
    """The same step with fewer and cheaper operations; changes the graph it is given.

    `replicas`: how many are stacked; `complete`: the number of the input whose targets are none of the class that losses
    leave out.
    """
    mutates = any(_mutates(node) for node in graph.graph.nodes)
    for node in list(graph.graph.nodes):
        if node.op == "call_function":
            _skip_if_idle(node)
    graph.graph.eliminate_dead_code()
    fold_constants(graph, complete)
    if not mutates:
        _merge_repeated(graph)
    _fuse_bias(graph)
    turn_narrow_softmax(graph)
    for node in list(graph.graph.nodes):
        if node.op == "call_function":
            _skip_if_idle(node)
    graph.graph.eliminate_dead_code()
    _quicken_tanh(graph)
    if replicas > 1:
        pad_tails(graph, replicas)
    _overwrite(graph)
    graph.graph.eliminate_dead_code()
    graph.graph.lint()
    graph.recompile()
    return graph


def _value(node: Any) -> torch.Tensor | None:
    value = node.meta.get("val") if isinstance(node, Node) else None
    return value if isinstance(value, torch.Tensor) else None


def _mutates(node: Node) -> bool:
    schema = getattr(node.target, "_schema", None)
    return bool(schema is not None and schema.is_mutable)


def _skip_if_idle(node: Node) -> None:
    """Pass over a reshape to the same shape, a product with 1, and two transpositions that undo one another."""
    source = node.args[0] if node.args else None
    before, after = _value(source), _value(node)
    if not isinstance(source, Node) or before is None or after is None:
        return
    same = _alike(before, after)
    by_one = node.target is aten.mul.Scalar and node.args[1] == 1 and same
    undone = node.target is source.target is aten.transpose.int and set(node.args[1:]) == set(source.args[1:])
    if (node.target in RESHAPES and same) or by_one:
        node.replace_all_uses_with(source)
    elif undone and isinstance(source.args[0], Node):
        node.replace_all_uses_with(source.args[0])


def _merge_repeated(graph: GraphModule) -> None:
    """Compute once what is computed twice from the same inputs."""
    known: dict[Any, Node] = {}
    for node in list(graph.graph.nodes):
        if node.op != "call_function" or node.target not in REPEATABLE:
            continue
        key = (node.target, repr(node.args), repr(sorted(node.kwargs.items(), key=lambda item: item[0])))
        if key in known:
            node.replace_all_uses_with(known[key])
            graph.graph.erase_node(node)
        else:
            known[key] = node


def _fuse_bias(graph: GraphModule) -> None:
    """bias + x @ w as one operation."""
    for node in list(graph.graph.nodes):
        if node.target is not aten.add.Tensor or node.kwargs or len(node.args) != 2:
            continue
        bias, product = node.args
        if not (isinstance(bias, Node) and isinstance(product, Node)) or product.target is not aten.bmm.default:
            continue
        row, whole = _value(bias), _value(product)
        if row is None or whole is None or row.dim() != 3 or len(product.users) != 1:
            continue
        if row.shape[0] == whole.shape[0] and row.shape[1] == 1 and row.shape[2] == whole.shape[2]:
            with graph.graph.inserting_before(node):
                fused = graph.graph.call_function(aten.baddbmm.default, (bias, *product.args))
            fused.meta = dict(node.meta)
            node.replace_all_uses_with(fused)
            graph.graph.erase_node(node)
            graph.graph.erase_node(product)


def _quicken_tanh(graph: GraphModule) -> None:
    """tanh x = e / (e + 2) with e = exp(2x) - 1, to two units in the last place: torch's own takes twice the time.

    40 is where tanh has long been 1 and e is not yet infinite.
    """
    for node in list(graph.graph.nodes):
        if node.target is not aten.tanh.default:
            continue
        made: Any = node.args[0]
        steps = [(aten.mul.Scalar, 2), (aten.clamp_max_.default, 40), (aten.expm1_.default, None)]
        if made.target in (aten.baddbmm.default, aten.addmm.default) and len(made.users) == 1 and not made.kwargs:
            made.kwargs = {"beta": 2, "alpha": 2}  # doubled on the way, which rounds nothing
            del steps[0]
        with graph.graph.inserting_before(node):
            for target, number in steps:
                made = graph.graph.call_function(target, (made,) if number is None else (made, number))
                made.meta = dict(node.meta)
            above = graph.graph.call_function(aten.add.Scalar, (made, 2))
            above.meta = dict(node.meta)
            made = graph.graph.call_function(aten.div_.Tensor, (made, above))
            made.meta = dict(node.meta)
        node.replace_all_uses_with(made)
        graph.graph.erase_node(node)


def _overwrite(graph: GraphModule) -> None:
    """Let an elementwise operation write over its input when nothing else reads it."""
    for node in list(graph.graph.nodes):
        source = node.args[0] if node.args else None
        if node.op != "call_function" or not isinstance(source, Node):
            continue
        if source.target not in FRESH or len(source.users) != 1 or not _same_layout(source, node):
            continue
        if node.target in IN_PLACE:
            node.target = IN_PLACE[node.target]
        elif node.target in BACKWARD_INTO and not node.kwargs:
            node.target = BACKWARD_INTO[node.target]
            node.kwargs = {"grad_input": source}


def _same_layout(one: Node, other: Node) -> bool:
    a, b = _value(one), _value(other)
    return a is not None and b is not None and _alike(a, b)


def _alike(one: torch.Tensor, other: torch.Tensor) -> bool:
    """The same shape, type and order in memory, so that one can stand where the other stood."""
    return one.shape == other.shape and one.stride() == other.stride() and one.dtype == other.dtype
