"""The learning curves: one small panel per arm on one scale, a thin line per seed and the median in bold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from seodang.figures.frame import Frame, Layer, Panel, Row, across, along, chart, crosses, down, layered, text, typeset
from seodang.figures.headings import curves_heading
from seodang.figures.losses import Curve, axes, thinned
from seodang.figures.readings import curve_median
from seodang.figures.scale import Scale
from seodang.figures.size import BETWEEN, TOP, columns_of
from seodang.figures.size import CURVES as HEIGHT
from seodang.figures.theme import SHAPES

GAP = 14


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
    curves = thinned(frame.evidence)
    columns = columns_of(len(curves), frame.width)
    x, y = axes(frame.together)
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
    title = frame.heading(curves_heading(frame.evidence, frame.language, frame.beside))
    return alt.vconcat(*lines, spacing=BETWEEN, title=title)


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
