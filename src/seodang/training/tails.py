"""Pointwise functions whose last few numbers come from another kernel: padded, so that no number of a replica is a last one.

A vectorized kernel works on 32 numbers at a time and does the rest one by one, and for some functions (the sigmoid among
them) the two differ in the last bit. Stacked, which numbers are the rest depends on how many replicas there are. Where a
replica's share is no multiple of 32, the whole is filled up to one.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import GraphModule, Node

aten = torch.ops.aten

TOGETHER = 32
"""Numbers that a vectorized loop takes at once: two registers of 16 float32."""
_ALIKE = (
    "abs add addcdiv addcmul atan bitwise_and bitwise_not bitwise_or ceil clamp clamp_max clamp_min clone cos div eq "
    "erf erfc exp expm1 fill floor fmod ge gt hardshrink hardsigmoid hardsigmoid_backward hardswish "
    "hardswish_backward hardtanh hardtanh_backward huber_loss isfinite isinf isnan le leaky_relu leaky_relu_backward "
    "lerp log log1p log2 log_sigmoid_backward log_sigmoid_forward logical_and logical_not logical_or lt masked_fill "
    "maximum minimum mse_loss mul ne neg ones_like reciprocal relu round rsqrt rsub sgn sigmoid_backward sign sin "
    "smooth_l1_loss sqrt square sub tanh tanh_backward threshold threshold_backward to_copy where xlogy zeros_like"
)
ALIKE = frozenset(_ALIKE.split())
"""Functions whose two kernels were measured to agree to the last bit in float32 and float64 (torch 2.13, AVX-512), and those
that choose or compare. Whatever is not named here is padded."""

UNTAGGED = frozenset(("elu_backward", "glu_jvp", "mish_backward", "softplus_backward"))
"""Pointwise functions that torch does not tag as such."""


def pad_tails(graph: GraphModule, replicas: int) -> None:
    """Pad the inputs of every pointwise function that needs it, and cut its output."""
    for node in list(graph.graph.nodes):
        if node.op == "call_function" and _differs_at_the_end(node, replicas):
            _pad(graph, node)
    graph.graph.eliminate_dead_code()


def _differs_at_the_end(node: Node, replicas: int) -> bool:
    if not isinstance(node.target, torch._ops.OpOverload):
        return False
    made = node.meta.get("val")
    name = node.target._schema.name.removeprefix("aten::").strip("_")
    if torch.Tag.pointwise not in node.target.tags and name not in UNTAGGED:
        return False
    if not isinstance(made, torch.Tensor) or not made.is_floating_point() or name in ALIKE:
        return False
    return (made.numel() // replicas) % TOGETHER > 0 and not (name == "pow" and _product_or_root(node.args[1]))


def _product_or_root(exponent: Any) -> bool:
    return isinstance(exponent, int | float) and exponent in (-2, -1, -0.5, 0.5, 1, 2, 3)


def _pad(graph: GraphModule, node: Node) -> None:
    """In the order of memory: flattened, filled up, computed, cut, and given the shape and layout it had."""
    made = node.meta["val"]
    order = sorted(range(made.dim()), key=lambda axis: (-made.stride(axis), axis))
    count, missing = made.numel(), -made.numel() % TOGETHER

    def call(target: Any, *args: Any) -> Node:
        with graph.graph.inserting_before(node):
            return graph.graph.call_function(target, args)

    def filled(given: Any) -> Any:
        if not isinstance(given, Node) or not isinstance(given.meta.get("val"), torch.Tensor):
            return given
        lying = call(aten.permute.default, call(aten.expand.default, given, list(made.shape)), order)
        return call(aten.constant_pad_nd.default, call(aten.reshape.default, lying, [-1]), [0, missing], 0.5)

    padded = call(node.target, *map(filled, node.args))
    padded.kwargs = node.kwargs
    cut = call(aten.slice.Tensor, padded, 0, 0, count)
    shaped = call(aten.view.default, cut, [made.shape[axis] for axis in order])
    back = call(aten.permute.default, shaped, [order.index(axis) for axis in range(made.dim())])
    back.meta = dict(node.meta)
    node.replace_all_uses_with(back)
    graph.graph.erase_node(node)
