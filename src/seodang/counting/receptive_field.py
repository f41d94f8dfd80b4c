"""Which pixels of the input a unit sees, along one axis: through windows, strides, dilation, upsampling and branches.

For windows alone this is the recurrence of Araujo, Norris & Sim 2019 ("Computing receptive fields of convolutional neural
networks", Distill): r ← r + (k - 1)·d·j, j ← j·s. After upsampling the units of a layer no longer see equally much, but what
they see repeats: unit i + period sees what unit i sees, `advance` pixels on, so one period says it all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import gcd, lcm

from seodang.counting.network import Field
from seodang.counting.shapes import extent

LONGEST = 4096
"""Periods beyond this are given up (the field is then unknown): no published network comes near."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Of every unit along an axis, the first and the last input pixel it sees; padding counts as pixels."""

    advance: int
    first: tuple[int, ...]
    last: tuple[int, ...]

    @property
    def period(self) -> int:
        """How many units there are until the pattern repeats."""
        return len(self.first)

    def sees(self, unit: int) -> tuple[int, int]:
        """The first and the last pixel of any unit, however far out; the last is before the first where it sees nothing."""
        turns, place = divmod(unit, self.period)
        return self.first[place] + turns * self.advance, self.last[place] + turns * self.advance


INPUT = Axis(1, (0,), (0,))
"""The input's own units: each sees itself."""


def field(axes: Sequence[Axis]) -> Field:
    """The receptive field of a layer from its axes, rows before columns."""
    return Field(
        size=tuple(max(last - first + 1 for first, last in zip(axis.first, axis.last, strict=True)) for axis in axes),
        stride=tuple(axis.advance / axis.period for axis in axes),
        start=tuple((axis.first[0] + axis.last[0]) / 2 for axis in axes),
        padding=tuple(-axis.first[0] for axis in axes),
    )


def window(axis: Axis, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Axis | None:
    """A convolution or a pooling: unit i reads from i·s - p on, every d-th of the kernel's extent."""
    reach = extent(kernel, dilation)
    return _through(axis, 1, stride, lambda i: range(i * stride - padding, i * stride - padding + reach, dilation))


def transposed(axis: Axis, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Axis | None:
    """A transposed convolution: input j is spread over j·s - p and every d-th unit of the kernel's extent from there."""
    reach, step = extent(kernel, dilation) - 1, dilation // gcd(dilation, stride)

    def taps(i: int) -> range:
        end = (i + padding) // stride + 1
        earliest = -((reach - padding - i) // stride)
        lands = (j for j in range(earliest, min(end, earliest + step)) if (i + padding - j * stride) % dilation == 0)
        return range(next(lands, end), end, step)

    return _through(axis, stride, 1, taps)


def resized(axis: Axis, inputs: int, outputs: int) -> Axis | None:
    """Adaptive pooling down and nearest-neighbour enlarging: output i covers floor(i·n/m) to ceil((i + 1)·n/m) - 1."""
    common = gcd(inputs, outputs)
    ins, outs = inputs // common, outputs // common
    return _through(axis, outs, ins, lambda i: range(i * ins // outs, -(-(i + 1) * ins // outs)))


def interpolated(axis: Axis, inputs: int, outputs: int) -> Axis | None:
    """Bilinear enlarging between pixel centres: output i lies at (i + 1/2)·n/m - 1/2, between two inputs."""
    common = gcd(inputs, outputs)
    ins, outs = inputs // common, outputs // common

    def taps(i: int) -> range:
        place = (2 * i + 1) * ins - outs  # in units of 1 / (2 outs), so that rounding is exact
        return range(place // (2 * outs), -(-place // (2 * outs)) + 1)

    return _through(axis, outs, ins, taps)


def union(one: Axis, other: Axis) -> Axis | None:
    """Two branches that are added or stacked: a unit sees what either sees. None if they do not step alike."""
    if one.advance * other.period != other.advance * one.period:
        return None
    period = lcm(one.period, other.period)
    if period > LONGEST:
        return None
    spans = [_joined(one.sees(unit), other.sees(unit)) for unit in range(period)]
    advance = one.advance * (period // one.period)
    return Axis(advance, tuple(first for first, _ in spans), tuple(last for _, last in spans))


def _joined(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """What two spans cover; an empty one adds nothing."""
    if one[0] > one[1] or other[0] > other[1]:
        return other if one[0] > one[1] else one
    return min(one[0], other[0]), max(one[1], other[1])


def _through(axis: Axis, units: int, inputs: int, taps: Callable[[int], range]) -> Axis | None:
    """The axis of a layer whose unit i reads the inputs taps(i), and unit i + `units` those `inputs` further on."""
    period = units * (axis.period // gcd(inputs, axis.period))
    if period > LONGEST:
        return None
    spans = [_span(axis, taps(unit)) for unit in range(period)]
    advance = axis.advance * (inputs * (period // units)) // axis.period
    return Axis(advance, tuple(first for first, _ in spans), tuple(last for _, last in spans))


def _span(axis: Axis, read: range) -> tuple[int, int]:
    """The outermost pixels that some units see; they repeat, so a period at either end is enough to look at."""
    ends = [*read[: axis.period], *read[axis.period :][-axis.period :]]
    seen = [(first, last) for first, last in map(axis.sees, ends) if first <= last]
    if not seen:
        return axis.sees(read.start)[0], axis.sees(read.start)[0] - 1
    return min(first for first, _ in seen), max(last for _, last in seen)
