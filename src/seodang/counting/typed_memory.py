"""The training memory of a typed network, by formula and without torch: a step is walked through layer by layer.

    of_spec(from_spec("conv3-64p relu pool fc10"), batch=32, optimizer="adam").total

The layers are a chain, as in a spec: each keeps what `activations` says, lets go the rest, and its gradients appear on the
way back. `saved.training_memory` traces any module instead; tests/counting compares the two.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from itertools import accumulate
from math import prod

from seodang.counting.activations import Sizes, kept
from seodang.counting.memory import (
    ACTIVATION_BYTES,
    PARAMETER_BYTES,
    STATE,
    Optimizer,
    Parts,
    Precision,
    Stage,
    TrainingMemory,
    through,
)
from seodang.counting.network import Layer, Network

SCRATCH: dict[Optimizer, int] = {"sgd": 0, "momentum": 0, "adam": 2, "adamw": 2, "rmsprop": 1, "adagrad": 1}
"""Tensors as large as the parameter that an update makes and lets go; PyTorch's CPU loop updates one parameter at a time."""
MULTIPLYING = ("Conv2d", "ConvTranspose2d", "Linear", "LSTM", "GRU", "RNN", "MultiheadAttention", "TransformerEncoderLayer")
"""Kinds whose weights autocast copies to bfloat16."""


def of_spec(
    network: Network,
    batch: int,
    *,
    optimizer: Optimizer = "adam",
    precision: Precision = "fp32",
    checkpointing: bool = False,
) -> TrainingMemory:
    """What training a typed network takes, with a squared error; checkpointing keeps the inputs of sqrt(n) segments."""
    walks = (list(_Step(network, size, optimizer, precision).walk(checkpointing)) for size in (batch, batch + 1))
    return through(batch, batch, *walks)


class _Step:
    """One step over a batch: what is held for backward, the gradients so far, and the moments on the way.

    Tensor i is the output of layer i - 1, tensor 0 the batch itself.
    """

    def __init__(self, network: Network, batch: int, optimizer: Optimizer, precision: Precision) -> None:
        self.layers = network.layers
        self.weights = PARAMETER_BYTES[precision]
        self.mixed = precision == "mixed"
        self.element = ACTIVATION_BYTES[precision]
        self.batch, self.output = batch, batch * prod(network.output)
        self.first = next((i for i, layer in enumerate(self.layers) if layer.parameters), len(self.layers))
        self.kept = [kept(Sizes(layer, batch, self.element, i > self.first)) for i, layer in enumerate(self.layers)]
        self.storages = list(accumulate(range(len(self.layers)), self._storage, initial=0))
        self.held: dict[object, int] = {0: batch * prod(network.input) * self._input_element()}
        self.users: dict[object, int] = {0: 1}
        self.gradients = 0
        numbers = network.parameters
        self.parameters = self.weights * numbers + sum(
            self.weights * layer.parameters for layer in self.layers if _norm(layer)
        )
        self.state = STATE[optimizer] * self.weights * numbers
        self.scratch = SCRATCH[optimizer] * self.weights * max((_largest(layer) for layer in self.layers), default=0)

    def walk(self, checkpointing: bool) -> Iterator[tuple[Stage, Parts]]:
        """Forward, loss, backward and update."""
        count = len(self.layers)
        segments = max(1, round(math.sqrt(count))) if checkpointing else 1
        length = max(1, count // segments)
        bounds = [(start, start + length) for start in range(0, length * (segments - 1), length)]
        tail = bounds[-1][1] if bounds else 0
        for start, stop in bounds:  # of a segment only the input stays
            self._hold(self.storages[start])
            yield from self._forward(start, stop, keep=False)
        yield from self._forward(tail, count, keep=True)
        yield from self._loss()
        gradient = self.output * self.element
        gradient = yield from self._backward(tail, count, gradient)
        for start, stop in reversed(bounds):
            yield from self._forward(start, stop, keep=True, stage="backward", beside=gradient)
            gradient = yield from self._backward(start, stop, gradient)
            self._drop(self.storages[start])
        yield self._moment("update", self.scratch)

    def _forward(
        self, start: int, stop: int, *, keep: bool, stage: Stage = "forward", beside: int = 0
    ) -> Iterator[tuple[Stage, Parts]]:
        for i in range(start, stop):
            layer, copies = self.kept[i], self._copies(i)
            inside = max(layer.forward, layer.extra + self._size(i + 1)) + copies
            if stage == "backward" and i == stop - 1 and not layer.output:
                # Done again only as far as something is kept: the last layer's own output is not.
                inside = max(layer.extra, layer.forward - self._size(i + 1)) if layer.extra else 0
            before = sum(self.held.values()) + self._passing(i, start)
            if keep and i >= self.first:
                self._hold(("inside", i), layer.extra + copies)
                if layer.input:
                    self._hold(self.storages[i])
                if layer.output:
                    self._hold(self.storages[i + 1])
            yield self._moment(stage, beside + before + inside - sum(self.held.values()))

    def _loss(self) -> Iterator[tuple[Stage, Parts]]:
        """A squared error in fp32: it keeps the output and a target, and for its one number the room of the squares."""
        full = 4 * self.output
        self._hold(self.storages[-1])
        self._hold("target", full if self.element == 4 else 2 * full)
        self._hold("loss", full)
        yield self._moment("forward", full)
        yield self._moment("backward", full)
        self._drop("target")
        if self.element < 4:
            yield self._moment("backward", full + self.element * self.output)

    def _backward(self, start: int, stop: int, gradient: int) -> Generator[tuple[Stage, Parts], None, int]:
        """The moments; returns the bytes of the gradient that is handed on."""
        for i in reversed(range(max(start, self.first), stop)):
            layer, its = self.kept[i], self.weights * self.layers[i].parameters
            if self.layers[i].kind == "Flatten":
                continue
            onward = self.batch * prod(self.layers[i].inputs) * self.element * (i > self.first)
            yield self._moment("backward", gradient + max(layer.backward, onward), round(layer.early * its))
            self.gradients += its
            yield self._moment("backward", gradient + onward)
            self._drop(("inside", i))
            if layer.input:
                self._drop(self.storages[i])
            if layer.output:
                self._drop(self.storages[i + 1])
            gradient = onward
        return gradient

    def _moment(self, stage: Stage, workspace: int, arriving: int = 0) -> tuple[Stage, Parts]:
        held = sum(self.held.values())
        return stage, Parts(self.parameters, self.gradients + arriving, self.state, held, workspace)

    def _hold(self, key: object, size: int | None = None) -> None:
        self.users[key] = self.users.get(key, 0) + 1
        if key not in self.held:
            self.held[key] = self._size(key) if isinstance(key, int) else size or 0

    def _drop(self, key: object) -> None:
        self.users[key] -= 1
        if not self.users[key]:
            del self.held[key]

    def _passing(self, i: int, start: int) -> int:
        """A layer's input when nothing holds it."""
        key = self.storages[i]
        return 0 if key in self.held or i == start == 0 else self._size(key)

    def _storage(self, before: int, i: int) -> int:
        return before if self.kept[i].view else i + 1

    def _size(self, tensor: int) -> int:
        """Bytes of a tensor that a layer put out; a view has none of its own."""
        if self.storages[tensor] != tensor:
            return 0
        return self.batch * prod(self.layers[tensor - 1].output) * self.element if tensor else 0

    def _copies(self, i: int) -> int:
        """What autocast makes for a layer: its weights in bfloat16, and the batch."""
        if not self.mixed or self.layers[i].kind not in MULTIPLYING:
            return 0
        return self.element * (self.layers[i].parameters + self.batch * prod(self.layers[i].inputs) * (i == 0))

    def _input_element(self) -> int:
        """Bytes of a number of the batch: word numbers are 8."""
        return 8 if self.layers and self.layers[0].kind == "Embedding" else self.weights


def _norm(layer: Layer) -> bool:
    """Whether it keeps a running mean and variance, as many numbers as it has parameters."""
    return layer.kind.startswith("BatchNorm")


def _largest(layer: Layer) -> int:
    """Numbers of the layer's largest parameter tensor, near enough: its weights without the biases."""
    match layer.kind:
        case "Linear" | "Conv2d" | "ConvTranspose2d":
            return layer.parameters - layer.output[-1 if layer.kind == "Linear" else 0]
        case "MultiheadAttention":
            return 3 * layer.output[-1] ** 2
        case "TransformerEncoderLayer":
            return 4 * layer.output[-1] ** 2
        case "LSTM" | "GRU" | "RNN":
            return layer.parameters // 2
        case _:
            return layer.parameters
