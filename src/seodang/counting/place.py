"""A word of a spec taken apart, and the place where it stands: what both image and sequence layers are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from seodang.counting.errors import CountingError
from seodang.counting.receptive_field import Axis

Axes = tuple[Axis, Axis] | None
"""Rows and columns of an image; None for everything else."""


@dataclass(frozen=True, slots=True)
class Word:
    """`conv3-64/2p1` is `conv` of size 3 and width 64 with the options `/` = 2, `p` = 1; `attention-512x8` has times 8."""

    text: str
    name: str
    size: int | None = None
    width: int | None = None
    times: int | None = None
    """What follows the x: heads of an attention, layers of an LSTM, features of an embedding."""
    options: Mapping[str, int | None] | None = None

    def option(self, letter: str, *, absent: int, bare: int = 1) -> int:
        """The number after an option's letter; `absent` without the option, `bare` without a number."""
        if not self.options or letter not in self.options:
            return absent
        value = self.options[letter]
        return bare if value is None else value


class Step(NamedTuple):
    """What a layer makes of its input, and what it costs."""

    kind: str
    output: tuple[int, ...]
    axes: Axes = None
    parameters: int = 0
    macs: int = 0
    spared: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word stands, and what it is given."""

    number: int
    word: str
    shape: tuple[int, ...]
    axes: Axes
    data: bool
    """Whether nothing before it is trained: then nobody asks for its input's gradient."""

    @property
    def image(self) -> tuple[int, int, int]:
        """Channels, rows and columns; CountingError if the input is no image."""
        if len(self.shape) != 3:
            raise refused(
                self,
                "layer {number}, {word}: its input is {shape}, and it needs channels x rows x columns; "
                "give an image (--input 3x32x32), or put it before the layers that flatten it",
            )
        channels, rows, columns = self.shape
        return channels, rows, columns

    @property
    def sequence(self) -> tuple[int, int]:
        """Steps and features; CountingError if the input is no sequence."""
        if len(self.shape) != 2:
            raise refused(
                self,
                "layer {number}, {word}: its input is {shape}, and it reads steps x features; "
                "give a sequence (--input 100x28), or begin with an embedding (emb-8000x300)",
            )
        steps, features = self.shape
        return steps, features


def refused(place: Place, sentence: str, **values: object) -> CountingError:
    """The error of a layer; the sentence may name {number}, {word} and {shape}."""
    shape = " x ".join(map(str, place.shape)) + (" numbers" if len(place.shape) == 1 else "")
    return CountingError(sentence, number=place.number, word=place.word, shape=shape, **values)


def needed(place: Place, value: int | None, example: str) -> int:
    """A number that a word cannot do without, 1 or more."""
    if value is None:
        raise refused(place, "layer {number}, {word}: a number is missing; write it as in {example}", example=example)
    return at_least_one(place, value)


def at_least_one(place: Place, value: int) -> int:
    """A size, a stride, a count: 0 of them is no layer."""
    if value < 1:
        raise refused(place, "layer {number}, {word}: 0 is no size; use 1 or more")
    return value
