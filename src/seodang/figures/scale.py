"""Where a value stands between the ends of an axis, and how it is written: one rule for chart and terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LOG_DECADES = 3
"""Positive values that span more than this many powers of ten are drawn on a logarithmic axis."""
ROOM = 0.15
"""A threshold keeps this share of the axis on either side unless more is asked for, so that both sides can be named."""


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`; on a log axis with `zero` the low end stands for 0."""

    low: float
    high: float
    log: bool = False
    zero: bool = False

    def fraction(self, value: float) -> float:
        """The place of a value on the axis, from 0 to 1."""
        bounded = min(max(value, self.low), self.high)
        return (self._measure(bounded) - self._measure(self.low)) / (self._measure(self.high) - self._measure(self.low))

    def clip(self, value: float) -> float:
        """The value itself, or the low end when a log axis cannot hold it."""
        return max(value, self.low) if self.log else value

    def ticks(self, most: int = 5) -> list[float]:
        """Round values to write under the axis, at most `most` of them."""
        if not self.log:
            step = _round_step(self.high - self.low, most)
            first = math.ceil(self.low / step - 1e-9)
            last = math.floor(self.high / step + 1e-9)
            return [_clean(index * step, step) for index in range(first, last + 1)]
        decades = list(range(math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9) + 1))
        # The end that stands for zero is always written, whichever of the decades are.
        zero, decades = ([self.low], decades[1:]) if self.zero else ([], decades)
        stride = max(1, math.ceil(len(decades) / max(most - len(zero), 1)))
        return zero + [float(f"1e{decade}") for decade in decades[::stride]]

    def written(self, tick: float) -> str:
        """A tick as the axis writes it."""
        return "0" if self.zero and tick <= self.low * (1 + 1e-9) else number(tick)

    def _measure(self, value: float) -> float:
        return math.log10(value) if self.log else value


def scale_for(values: Iterable[float], thresholds: Sequence[float] = (), room: float = ROOM) -> Scale:
    """The axis for these values: with room on both sides of the thresholds, or else with round ends."""
    finite = [value for value in (*values, *thresholds) if math.isfinite(value)]
    positive = [value for value in finite if value > 0]
    if positive and min(finite) >= 0 and math.log10(max(positive)) - math.log10(min(positive)) > LOG_DECADES:
        return _log_scale(finite, positive, thresholds, room)
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-300):
        margin = abs(low) / 10 or 1.0
        low, high = low - margin, high + margin
    if thresholds:
        return Scale(*_with_room(low, high, thresholds, room))
    step = _round_step(high - low, 6)
    return Scale(_clean(math.floor(low / step + 1e-9) * step, step), _clean(math.ceil(high / step - 1e-9) * step, step))


def number(value: float) -> str:
    """Four significant digits, whole numbers in full: 0.9531, 1,199,882, 3.2e-7."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    if abs(value) < 1e12 and value == round(value):
        return f"{round(value):,}"
    if 1e3 <= abs(value) < 1e12:
        return f"{round(value):,}"
    if 1e-4 <= abs(value) < 1e3:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def _log_scale(finite: Sequence[float], positive: Sequence[float], thresholds: Sequence[float], room: float) -> Scale:
    zero = min(finite) == 0
    low = math.floor(math.log10(min(positive)) + 1e-9) - (1 if zero else 0)
    high = math.ceil(math.log10(max(positive)) - 1e-9)
    edges = [math.log10(threshold) for threshold in thresholds if threshold > 0]
    while edges and low > -300 and min(edges) - low < room * (high - low):
        low -= 1
    while edges and high < 300 and high - max(edges) < room * (high - low):
        high += 1
    return Scale(max(float(f"1e{low}"), 1e-307), float(f"1e{high}"), log=True, zero=zero)


def _with_room(low: float, high: float, thresholds: Sequence[float], room: float) -> tuple[float, float]:
    # After widening by w on one side the threshold must stand `room` of the new width away from it.
    span = high - low
    nearest_low, nearest_high = min(thresholds) - low, high - max(thresholds)
    if nearest_low < room * span:
        low -= (room * span - nearest_low) / (1 - room)
    span = high - low
    if nearest_high < room * span:
        high += (room * span - nearest_high) / (1 - room)
    return low, high


def _round_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that cuts the span into fewer than `most` pieces."""
    rough = span / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))


def _clean(value: float, step: float) -> float:
    """0.30000000000000004 is 0.3."""
    return round(value, max(0, 2 - math.floor(math.log10(step)))) + 0.0
