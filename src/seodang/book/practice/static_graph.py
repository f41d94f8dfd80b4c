"""TensorFlow and PyTorch: what is the difference between defining a graph and running it, and is it still there?

Define-and-run (TensorFlow 1: Abadi et al. 2016) builds a graph once and runs it on many inputs; define-by-run (PyTorch:
Paszke et al. 2019) records while Python computes. One tiny engine used both ways, beside torch's autograd: the same
gradients, and one program that a graph built beforehand cannot hold, a loop that looks at its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import torch

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Two inputs: those the graph is built with, and those it is run on again."""

    x: float = knob(1.5, above=0, high=10)
    again: float = knob(0.4, above=0, high=10)


class Node:
    """A number, the two that it was made of, and the slope of the output in it."""

    def __init__(self, value: float, parents: tuple[Node, ...] = (), product: bool = False) -> None:
        self.value, self.parents, self.product, self.slope = value, parents, product, 0.0

    def __add__(self, other: Node) -> Node:
        return Node(self.value + other.value, (self, other))

    def __mul__(self, other: Node) -> Node:
        return Node(self.value * other.value, (self, other), product=True)

    def order(self) -> list[Node]:
        """Every node before those that use it."""
        return list(dict.fromkeys([*(node for parent in self.parents for node in parent.order()), self]))

    def run(self) -> None:
        """Compute the graph again from its inputs' values, and by the chain rule the slopes in them."""
        order, self.slope = self.order(), 1.0
        for node in filter(lambda one: one.parents, order):
            a, b = (parent.value for parent in node.parents)
            node.value = a * b if node.product else a + b
        for node in reversed(order):
            for parent, other in zip(node.parents, reversed(node.parents), strict=True):
                parent.slope += node.slope * (other.value if node.product else 1.0)


def polynomial(x: Any) -> Any:
    """x³ + x², the same for every x."""
    return x * x * x + x * x


def doubling(x: Any) -> Any:
    """x doubled until it exceeds 8: how often depends on the number."""
    while (x.value if isinstance(x, Node) else x) < 8:
        x = x + x
    return x


def played(program: Callable[[Any], Any], built_with: float, again: float) -> tuple[float, float]:
    """Value and slope at `again` of the graph that the program leaves behind when it is run with another number."""
    output = program(x := Node(built_with))
    x.value = again
    output.run()
    return output.value, x.slope


def autograd(program: Callable[[Any], Any], again: float) -> tuple[float, float]:
    """The same by torch."""
    output = program(x := torch.tensor(again, dtype=torch.double, requires_grad=True))
    return float(output.detach()), float(torch.autograd.grad(output, x)[0])


def both(way: Callable[[Callable[[Any], Any]], tuple[float, float]], _seed: int) -> Mapping[str, float]:
    """A program without a condition, and one with a loop."""
    return dict(zip(("value", "slope", "loop_value", "loop_slope"), (*way(polynomial), *way(doubling)), strict=True))


def experiment(p: Parameters) -> Experiment:
    """A graph built with the first input and run on the second; one recorded with the second; and torch's."""
    graph, recorded = (partial(played, built_with=first) for first in (p.x, p.again))
    ways: dict[str, Any] = {"graph": graph, "recorded": recorded, "autograd": autograd}
    return Experiment(
        kind="derivation",
        arms={name: partial(both, partial(way, again=p.again)) for name, way in ways.items()},
        metrics={name: itemgetter(name) for name in ("value", "slope", "loop_value", "loop_slope")},
        claims={
            "same_gradients": Claim(
                lambda a: max(abs(x.slope - a.autograd.slope) for x in (a.graph, a.recorded)), below=1e-9
            ),
            "recording_follows_the_loop": Claim(lambda a: abs(a.recorded.loop_slope - a.autograd.loop_slope), below=1e-9),
            "graph_follows_the_loop": Claim(lambda a: abs(a.graph.loop_slope - a.autograd.loop_slope), below=1e-9),
        },
    )
