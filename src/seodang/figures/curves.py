"""The learning curves: one small panel per arm on one scale, a thin line per seed and the median in bold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from seodang.figures.frame import Frame, Layer, Panel, Row, across, along, chart, crosses, down, layered, text, typeset
from seodang.figures.readings import curve_median, loss_ceiling
from seodang.figures.scale import Scale, scale_for
from seodang.figures.theme import SHAPES

HEIGHT = 112
TOP = 28  # pixels above the plot for the arm's name
GAP = 14
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


@dataclass(frozen=True)
class Plot:
    """Where the plot of a small panel lies, in the panel's own pixels."""

    x: Scale
    y: Scale
    left: float
    right: float

    def height(self, loss: float) -> float:
        """Pixels from the top of the panel."""
        return TOP + HEIGHT * (1 - self.y.fraction(loss))


def curve_panel(frame: Frame) -> Panel:
    """All arms' learning curves."""
    curves = _thinned(frame)
    columns = min(len(curves), 3 if frame.width >= 540 else 2)
    last = max((step for curve in curves for step in curve.steps), default=1)
    x = Scale(0.0, float(last) or 1.0)
    losses = [loss for curve in curves for line in curve.losses for loss in line]
    ceiling = loss_ceiling(curve.losses for curve in curves)
    y = scale_for(min(loss, ceiling) for loss in losses if math.isfinite(loss))
    # Room left of the first plot of a line for the axis numbers.
    gutter = 10 + 6.4 * max(len(y.written(level)) for level in y.ticks(4))
    inner = (frame.width - gutter - GAP * (columns - 1)) / columns
    lines = []
    for start in range(0, len(curves), columns):
        plots = []
        for column, curve in enumerate(curves[start : start + columns]):
            left = gutter if column == 0 else 0
            plots.append(_small_panel(frame, curves, curve, Plot(x, y, left, left + inner)))
        lines.append(alt.hconcat(*plots, spacing=GAP, bounds="flush"))
    beyond = [frame.words.off_scale] if any(math.isfinite(loss) and loss > ceiling for loss in losses) else []
    title = frame.heading(frame.words.loss, frame.words.faint_lines, *beyond)
    return alt.vconcat(*lines, spacing=12, title=title)


def evenly(length: int, most: int) -> list[int]:
    """At most `most` of the positions 0 .. length-1, the first and the last among them."""
    if length <= most:
        return list(range(length))
    return sorted({round(turn * (length - 1) / (most - 1)) for turn in range(most)})


def _thinned(frame: Frame) -> list[Curve]:
    recorded = {arm: frame.evidence.curves[arm] for arm in frame.evidence.arms if arm in frame.evidence.curves}
    count = sum(len(curves.loss) for curves in recorded.values())
    most = max(12, min(60, POINTS // max(count, 1)))
    positions = list(frame.evidence.arms)
    thinned = []
    for arm, curves in recorded.items():
        kept = evenly(len(curves.step), most)
        losses = tuple(tuple(line[index] for index in kept if index < len(line)) for line in curves.loss)
        thinned.append(Curve(arm, positions.index(arm), tuple(curves.step[index] for index in kept), losses))
    return thinned


def _small_panel(frame: Frame, curves: Sequence[Curve], curve: Curve, plot: Plot) -> alt.LayerChart:
    color = frame.theme.arm(curve.position)
    ghosts = [(other.arm, other.steps, curve_median(other.losses)) for other in curves if other is not curve]
    seeds = [(str(index), curve.steps, line) for index, line in enumerate(curve.losses)]
    layers = [
        *_grid(frame, plot),
        _lines(frame, curve, ghosts, plot).mark_line(strokeWidth=1.2, strokeDash=[4, 3], color=frame.theme.ghost),
        _lines(frame, curve, seeds, plot).mark_line(strokeWidth=0.8, opacity=0.45, color=color),
        _lines(frame, curve, [(curve.arm, curve.steps, curve_median(curve.losses))], plot).mark_line(
            strokeWidth=2.6, color=color
        ),
        *_ends(frame, curve, plot),
        *_name(frame, curve, plot),
    ]
    return layered(layers, plot.right, TOP + HEIGHT)


def _grid(frame: Frame, plot: Plot) -> list[Layer]:
    rows: list[Row] = [
        {
            "px": plot.left,
            "px2": plot.right,
            "label": plot.left - 6,
            "y": plot.height(level),
            "text": typeset(plot.y.written(level)),
        }
        for level in plot.y.ticks(4)
    ]
    rails = chart(rows).mark_rule(color=frame.theme.faint).encode(x=across(), x2="px2:Q", y=down())
    if not plot.left:
        return [rails]
    labels = chart(rows).mark_text(align="right", baseline="middle", fontSize=11, color=frame.theme.quiet)
    return [rails, labels.encode(x=across("label"), y=down(), text="text:N")]


def _lines(
    frame: Frame,
    curve: Curve,
    lines: Sequence[tuple[str, Sequence[int], Sequence[float]]],  # (name, steps, losses)
    plot: Plot,
) -> Layer:
    rows: list[Row] = []
    for name, steps, losses in lines:
        points = Curve(curve.arm, curve.position, tuple(steps), ()).begun(losses)
        rows += [{"line": name, "x": step, "y": round(plot.height(loss), 1)} for step, loss in points]
    x = along(plot.x, plot.left, plot.right, most=3, flush=True).title(frame.words.step)
    return chart(rows).encode(x=x, y=down(), detail="line:N", order="x:Q")


def _ends(frame: Frame, curve: Curve, plot: Plot) -> list[Layer]:
    """A cross where a seed's loss left the finite numbers."""
    rows: list[Row] = []
    for index, line in enumerate(curve.losses):
        points = curve.begun(line)
        if len(points) == len(line):
            continue
        step, loss = points[-1] if points else (0, plot.y.high)
        rows.append(
            {
                "px": plot.left + plot.x.fraction(step) * (plot.right - plot.left),
                "y": plot.height(loss),
                "color": frame.theme.arm(curve.position),
                "note": f"seed {frame.evidence.seeds[index]}: {frame.words.diverged}",
            }
        )
    return [crosses(rows)] if rows else []


def _name(frame: Frame, curve: Curve, plot: Plot) -> list[Layer]:
    name = frame.cut(frame.labels.arm(curve.arm), 12, plot.right - plot.left - 14)
    row: Row = {"px": plot.left + 14, "key": plot.left + 5, "y": 8, "text": name}
    shape = SHAPES[curve.position % len(SHAPES)]
    color = frame.theme.arm(curve.position)
    key = chart([row]).mark_point(filled=True, size=52, opacity=1, strokeWidth=0, shape=shape, color=color)
    return [key.encode(x=across("key"), y=down()), text([row], frame.theme.ink)]
