"""The learning curves that a figure draws: thinned, up to a ceiling. Draws nothing itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seodang.figures.readings import loss_ceiling
from seodang.figures.scale import Scale, scale_for

if TYPE_CHECKING:
    from seodang.evidence import Evidence

POINTS = 6000
"""Points in a whole specification: many seeds are drawn with fewer points each, so that a page stays light."""


@dataclass(frozen=True)
class Curve:
    """One arm's curves, thinned: a loss per seed and kept step."""

    arm: str
    position: int
    steps: tuple[int, ...]
    losses: tuple[tuple[float, ...], ...]  # (seeds, steps)

    def begun(self, line: Sequence[float]) -> list[tuple[int, float]]:
        """The points of one line up to its first loss that is not finite."""
        points = []
        for step, loss in zip(self.steps, line, strict=False):
            if not math.isfinite(loss):
                break
            points.append((step, loss))
        return points


def evenly(length: int, most: int) -> list[int]:
    """At most `most` of the positions 0 .. length-1, the first and the last among them."""
    if length <= most:
        return list(range(length))
    return sorted({round(turn * (length - 1) / (most - 1)) for turn in range(most)})


def thinned(evidence: Evidence) -> list[Curve]:
    """The curves of every arm that has any, in the order of the arms."""
    recorded = {arm: evidence.curves[arm] for arm in evidence.arms if arm in evidence.curves}
    count = sum(len(curves.loss) for curves in recorded.values())
    most = max(12, min(60, POINTS // max(count, 1)))
    positions = list(evidence.arms)
    drawn = []
    for arm, curves in recorded.items():
        kept = evenly(len(curves.step), most)
        losses = tuple(tuple(line[index] for index in kept if index < len(line)) for line in curves.loss)
        drawn.append(Curve(arm, positions.index(arm), tuple(curves.step[index] for index in kept), losses))
    return drawn


def axes(together: Iterable[Evidence]) -> tuple[Scale, Scale]:
    """The axes of steps and of losses that hold the curves of all these ledgers."""
    curves = [curve for each in together for curve in thinned(each)]
    last = max((step for curve in curves for step in curve.steps), default=1)
    ceiling = loss_ceiling(curve.losses for curve in curves)
    return Scale(0.0, float(last) or 1.0), scale_for(min(loss, ceiling) for loss in _finite(curves))


def off_scale(evidence: Evidence, together: Iterable[Evidence]) -> bool:
    """Whether a loss of this ledger is too large for the axis that it shares."""
    ceiling = loss_ceiling(curve.losses for each in together for curve in thinned(each))
    return any(loss > ceiling for loss in _finite(thinned(evidence)))


def _finite(curves: Iterable[Curve]) -> list[float]:
    return [loss for curve in curves for line in curve.losses for loss in line if math.isfinite(loss)]
