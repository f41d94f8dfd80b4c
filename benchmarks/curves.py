"""Lines on logarithmic axes, in the colours and the font of the book's figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt

from seodang.figures.scale import number
from seodang.figures.theme import FONTS, SHAPES, THEMES

WIDTH, HEIGHT, GAP = 250, 230, 56
LOOK = THEMES["light"]


@dataclass(frozen=True)
class Point:
    """One measurement."""

    contender: str
    x: int
    y: float


@dataclass(frozen=True)
class Panel:
    """What one panel shows, what grows along its axis, and its points."""

    title: str
    grows: str
    points: Sequence[Point]


def drawn(title: str, panels: Sequence[Panel], description: str) -> alt.VConcatChart:
    """The panels side by side under one legend."""
    names = list(dict.fromkeys(point.contender for panel in panels for point in panel.points))
    row = alt.hconcat(*(_panel(panel, names) for panel in panels), spacing=GAP)
    heading = alt.Title(text=title, fontSize=18, offset=14, color=LOOK.ink)
    return alt.vconcat(row, title=heading, config=_config()).properties(
        background=LOOK.paper, padding=16, description=description
    )


def _panel(panel: Panel, names: Sequence[str]) -> Any:
    """Lines with a shape a contender, so that no two are told apart by colour alone."""
    base = alt.Chart(alt.InlineData(values=[asdict(point) for point in panel.points])).encode(
        x=_log("x", [point.x for point in panel.points], panel.grows),
        y=_log("y", [point.y for point in panel.points], None),
        color=_told_apart(alt.Color, names, [LOOK.arm(place) for place in range(len(names))]),
    )
    shape = _told_apart(alt.Shape, names, list(SHAPES[: len(names)]))
    points = base.mark_point(filled=True, size=52, opacity=1).encode(shape=shape)
    layers = base.mark_line(strokeWidth=1.6) + points
    return layers.properties(width=WIDTH, height=HEIGHT, title=panel.title)


def _log(field: str, values: Sequence[float], title: str | None) -> Any:
    """A logarithmic axis that names its powers of ten."""
    kind = alt.X if field == "x" else alt.Y
    powers = [10.0**power for power in range(-6, 7)]
    ticks = [power for power in powers if min(values) * 0.999 <= power <= max(values) * 1.001]
    spelt = " : ".join(f"datum.value == {tick!r} ? '{number(tick)}'" for tick in ticks)
    axis = alt.Axis(values=ticks, labelExpr=f"{spelt} : ''", grid=True, title=title)
    return kind(f"{field}:Q", scale=alt.Scale(type="log", nice=False, padding=8), axis=axis)


def _told_apart(channel: Any, names: Sequence[str], marks: Sequence[str]) -> Any:
    """A channel that gives each contender its mark; colour and shape share one legend."""
    legend = alt.Legend(title=None, orient="bottom", direction="horizontal", labelColor=LOOK.ink, labelFontSize=12)
    return channel("contender:N", scale=alt.Scale(domain=list(names), range=list(marks)), legend=legend)


def _config() -> Any:
    return alt.Config(
        font=FONTS,
        view=alt.ViewConfig(stroke=None),
        title=alt.TitleConfig(anchor="start", color=LOOK.ink, fontSize=13, fontWeight="normal", frame="group"),
        axis=alt.AxisConfig(
            domain=False,
            ticks=False,
            gridColor=LOOK.faint,
            labelColor=LOOK.quiet,
            labelFontSize=11,
            titleColor=LOOK.quiet,
            titleFontSize=11,
            titleFontWeight="normal",
        ),
    )
