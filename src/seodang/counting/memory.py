"""Training memory: what is alive at the worst moment of a training step, in bytes, and the largest batch that fits.

A step is `loss(model(x), y).backward(); optimizer.step(); optimizer.zero_grad()`, and not the first one, so that the
optimizer has its state. Its parts never all live together: activations are saved through the forward pass and let go through
the backward pass, in which the gradients appear, and gradients are gone again when the next step begins. So a network with
large images is at its fullest where backward begins, one with many parameters where the optimizer works, and the batch
decides which of the two it is. The memory that training takes is the largest of these moments, not the sum of all parts.

At every moment the bytes are a fixed part and a part for every example, so the peak is a maximum of straight lines in the
batch and the largest batch that fits is found exactly.

What one parameter takes, in bytes (parameter + gradient + optimizer state):

* fp32: 4 + 4 + 4 for every number the optimizer keeps: none for SGD, 1 for momentum, RMSprop and Adagrad, 2 for Adam and
  AdamW.
* bf16: half of each; everything is kept in bfloat16.
* mixed: PyTorch's autocast. Parameters, gradients and state stay in fp32, and a bfloat16 copy of each weight lives as long
  as the saved activations do: 16 bytes for Adam, and 2 during forward and backward. Rajbhandari et al. 2020, "ZeRO", section
  3.1, count the same 16 another way: fp16 parameter and gradient 2 + 2, fp32 parameter, momentum and variance 4 + 4 + 4.

`typed_memory.of_spec` finds it for a typed network without torch, `saved.training_memory` for any module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from seodang.counting.errors import CountingError

Optimizer = Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"]
Precision = Literal["fp32", "bf16", "mixed"]
Stage = Literal["forward", "backward", "update"]
"""The three parts of a step; `update` is the optimizer's."""

STATE: dict[Optimizer, int] = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2, "rmsprop": 1, "adagrad": 1}
"""Numbers the optimizer keeps for every parameter."""
PARAMETER_BYTES: dict[Precision, int] = {"fp32": 4, "bf16": 2, "mixed": 4}
"""Bytes of a parameter, of its gradient and of each number the optimizer keeps for it."""
ACTIVATION_BYTES: dict[Precision, int] = {"fp32": 4, "bf16": 2, "mixed": 2}
"""Bytes of a number that a convolution, a matrix product or a layer between two of them puts out."""


class Parts(NamedTuple):
    """Bytes alive at one moment, by what they are for."""

    parameters: int = 0
    """Weights, biases, and buffers such as running means."""
    gradients: int = 0
    """Of the parameters."""
    optimizer: int = 0
    """The state it keeps from step to step."""
    activations: int = 0
    """The batch itself, what the forward pass saved for the backward pass, and the network's output."""
    workspace: int = 0
    """Everything else: values on their way through, gradients of activations, what kernels and the optimizer scribble on."""

    @property
    def total(self) -> int:
        return sum(self)

    def plus(self, other: Parts, times: int = 1) -> Parts:
        """Part by part, `other` taken some times."""
        return Parts(*(mine + times * its for mine, its in zip(self, other, strict=True)))


class Moment(NamedTuple):
    """One moment of a step: bytes that the batch does not change, and bytes for every example of it."""

    stage: Stage
    fixed: Parts
    per_example: Parts

    def at(self, batch: int) -> Parts:
        """What is alive with a batch of this size."""
        return self.fixed.plus(self.per_example, batch)


@dataclass(frozen=True, slots=True)
class TrainingMemory:
    """The memory of a training step at one batch size. The five parts are those of its peak, and add up to `total`."""

    batch: int
    moments: tuple[Moment, ...]
    """Those of each stage that are its fullest at some batch size."""
    turn: Moment
    """Where forward ends and backward begins: all activations are alive."""

    def __post_init__(self) -> None:
        _check_batch(self.batch)

    @property
    def peak(self) -> Parts:
        """What is alive at the fullest moment of the step."""
        return self._fullest(self.moments).at(self.batch)

    @property
    def stage(self) -> Stage:
        """Where in the step the peak is."""
        return self._fullest(self.moments).stage

    @property
    def parameters(self) -> int:
        return self.peak.parameters

    @property
    def gradients(self) -> int:
        return self.peak.gradients

    @property
    def optimizer(self) -> int:
        return self.peak.optimizer

    @property
    def activations(self) -> int:
        return self.peak.activations

    @property
    def workspace(self) -> int:
        return self.peak.workspace

    @property
    def total(self) -> int:
        """Bytes needed: those alive at the peak."""
        return self.peak.total

    @property
    def saved(self) -> int:
        """Bytes of all activations, which live together where forward ends. The peak may be elsewhere."""
        return self.turn.at(self.batch).activations

    @property
    def stages(self) -> dict[Stage, Parts]:
        """The fullest moment of forward, backward and update, in this order: which of them is the peak, and by how much."""
        of = {stage: [moment for moment in self.moments if moment.stage == stage] for stage in get_args(Stage)}
        return {stage: self._fullest(moments).at(self.batch) for stage, moments in of.items() if moments}

    def at(self, batch: int) -> TrainingMemory:
        """The same network and optimizer with another batch."""
        return TrainingMemory(batch, self.moments, self.turn)

    def largest_batch(self, memory_bytes: int) -> int:
        """The most examples whose step fits this memory; 0 when not even one does."""
        room = (_room(moment, memory_bytes) for moment in self.moments)
        return max(0, min((batch for batch in room if batch is not None), default=0))

    def to_json(self) -> dict[str, Any]:
        """Bytes: the peak's parts and total, its stage, all saved activations, and the fullest moment of every stage."""
        return {
            "batch": self.batch,
            **self.peak._asdict(),
            "total": self.total,
            "stage": self.stage,
            "saved": self.saved,
            "stages": {stage: parts._asdict() | {"total": parts.total} for stage, parts in self.stages.items()},
        }

    def _fullest(self, moments: Sequence[Moment]) -> Moment:
        return max(moments, key=lambda moment: moment.at(self.batch).total)


def through(
    batch: int, first: int, small: Sequence[tuple[Stage, Parts]], large: Sequence[tuple[Stage, Parts]]
) -> TrainingMemory:
    """The memory at `batch` from the same moments of two steps, one of `first` examples and one of an example more."""
    pairs = zip(small, large, strict=True)
    slopes = [(stage, one, two.plus(one, -1)) for (stage, one), (_, two) in pairs]
    moments = [Moment(stage, one.plus(each, -first), each) for stage, one, each in slopes]
    return TrainingMemory(batch, envelope(moments), max(moments, key=lambda moment: moment.at(batch).activations))


def envelope(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """Of each stage the moments that are its fullest at some batch of one or more, fewest examples first."""
    listed = list(moments)
    return tuple(fullest for stage in get_args(Stage) for fullest in _upper([m for m in listed if m.stage == stage]))


def parse_bytes(text: str) -> int:
    """`8GB`, `80GiB`, `512 MB` or a plain number of bytes: GB is 10^9, GiB 2^30 (IEC 80000-13)."""
    units = {"": 1, "b": 1} | {f"{p}b": 1000**n for n, p in enumerate("kmgt", 1)}
    units |= {f"{p}ib": 1024**n for n, p in enumerate("kmgt", 1)}
    compact = text.replace(" ", "").replace(",", "").lower()
    number = compact.rstrip("kmgtib")
    try:
        size = float(number) * units[compact[len(number) :]]
    except (ValueError, KeyError):
        size = float("nan")
    if not 0 < size < float("inf"):
        raise CountingError("memory {text!r} is no size; write it like 8GB, 80GiB or 512MB", text=text)
    return int(size)


def _upper(moments: Sequence[Moment]) -> Iterator[Moment]:
    """The upper envelope of straight lines, walked from a batch of one upwards."""
    lines = {(m.fixed.total, m.per_example.total): m for m in reversed(moments)}
    now = max(lines, key=lambda line: (line[0] + line[1], line[1]), default=None)
    while now is not None:
        yield lines[now]
        fixed, slope = now
        steeper = [line for line in lines if line[1] > slope]
        # The next line to lie above is the one that crosses first; of those that cross there, the steepest.
        now = min(steeper, key=lambda line: ((fixed - line[0]) / (line[1] - slope), -line[1]), default=None)


def _room(moment: Moment, memory_bytes: int) -> int | None:
    """The largest batch of which this moment fits, 0 when none does, None when every one does."""
    left, each = memory_bytes - moment.fixed.total, moment.per_example.total
    if each <= 0:
        return None if left + min(each, 0) >= 0 else 0
    return left // each


def _check_batch(batch: int) -> None:
    if batch < 1:
        raise CountingError("a batch of {batch}: it takes one example or more", batch=batch)
