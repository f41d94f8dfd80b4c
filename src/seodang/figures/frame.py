"""What the panels of one chart share: the evidence, the words, the colours, the width, and marks placed by pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt
from rich.cells import cell_len

from seodang.figures.headings import CAPTION, HEADING, Heading
from seodang.figures.labels import WORDS, Labels, Language, Words
from seodang.figures.scale import Scale
from seodang.figures.theme import Theme
from seodang.figures.typesetting import EM, broken, fit

if TYPE_CHECKING:
    from seodang.evidence import Evidence

Row = dict[str, Any]
Panel = alt.LayerChart | alt.VConcatChart
Layer = Any
"""A chart of one mark; Altair's `mark_*` methods are decorated and have no type."""

MARGIN = 8
"""Pixels between the ends of an axis and the edges of a panel, so that a dot at the end is whole."""
CROSS = "M-1,-1L1,1M1,-1L-1,1"
"""The mark of a seed whose training left the finite numbers."""


@dataclass(frozen=True)
class Frame:
    """Everything a panel needs to know besides what it draws."""

    evidence: Evidence
    labels: Labels
    language: Language
    theme: Theme
    width: int  # pixels
    beside: tuple[Evidence, ...] = ()
    """Other ledgers whose figures stand beside this one: their numbers are not drawn here, but share its axes."""

    @property
    def together(self) -> tuple[Evidence, ...]:
        """Every ledger whose numbers the axes hold."""
        return (self.evidence, *self.beside)

    @property
    def words(self) -> Words:
        """What a figure says by itself, in this figure's language."""
        return WORDS[self.language]

    def lines(self, text: str, size: int, width: float | None = None) -> list[str]:
        """The text broken to the width of the figure when set at `size` pixels."""
        return broken(text, size, width or self.width)

    def set_width(self, text: str, size: int) -> float:
        """About how many pixels wide the text is when set at `size`."""
        return cell_len(text) * size * EM

    def cut(self, text: str, size: int, width: float) -> str:
        """The text, shortened to fit `width` pixels when set at `size`."""
        return fit(text, max(int(width / (size * EM)), 4)).rstrip()

    def heading(self, heading: Heading) -> alt.Title:
        """A panel's title with its captions under it."""
        subtitle = [line for caption in heading.captions for line in self.lines(caption, CAPTION)]
        return alt.Title(text=self.lines(heading.text, HEADING), subtitle=subtitle)


def chart(rows: Sequence[Row]) -> alt.Chart:
    """A chart of rows written into the specification itself."""
    return alt.Chart(alt.InlineData(values=list(rows)))


def along(scale: Scale, left: float, right: float, most: int = 6, flush: bool = False) -> alt.X:
    """The field x as a value between two pixels; with `flush` the axis keeps its outer numbers within the plot."""
    kind: Any = "log" if scale.log else "linear"
    placed = alt.Scale(type=kind, domain=[scale.low, scale.high], range=[left, right], nice=False, zero=False)
    return alt.X("x:Q", scale=placed, axis=_axis(scale, right - left, most, flush), title=None)


def _axis(scale: Scale, width: float, most: int, flush: bool) -> alt.Axis:
    values = scale.ticks(most)
    while len(values) > 2 and 7 * sum(len(scale.written(value)) + 2 for value in values) > width:
        most -= 1
        values = scale.ticks(most)
    spelt = " : ".join(f"datum.value == {value!r} ? '{typeset(scale.written(value))}'" for value in values)
    return alt.Axis(values=values, labelExpr=f"{spelt} : ''", labelOverlap=False, labelFlush=flush)


def down(field: str = "y") -> alt.Y:
    """A height in pixels from the top of the panel."""
    return alt.Y(f"{field}:Q", scale=None, axis=None)


def across(field: str = "px") -> alt.X:
    """A place in pixels from the left edge of the panel."""
    return alt.X(f"{field}:Q", scale=None, axis=None)


def layered(layers: Sequence[Layer], width: float, height: float, title: alt.Title | None = None) -> alt.LayerChart:
    """Layers of one panel, of this size in pixels, the first one lowest."""
    panel = alt.LayerChart(layer=list(layers), width=width, height=height)
    if title is not None:
        panel.title = title
    return panel


def text(rows: Sequence[Row], color: str, size: int = 12, align: Any = "left") -> Layer:
    """Words at pixels: every row has `px`, `y` and `text`."""
    return (
        chart(rows)
        .mark_text(align=align, baseline="middle", fontSize=size, color=color)
        .encode(x=across(), y=down(), text="text:N")
    )


def crosses(rows: Sequence[Row], area: int = 44) -> Layer:
    """Seeds without a place on the axis, at pixels: every row has `px`, `y`, `color` and `note`."""
    return (
        chart(rows)
        .mark_point(shape=CROSS, size=area, strokeWidth=1.7, opacity=1)
        .encode(
            x=across(),
            y=down(),
            stroke=alt.Stroke("color:N", scale=None),
            tooltip=alt.Tooltip("note:N", title=" "),
        )
    )


@dataclass(frozen=True)
class Dots:
    """How large dots are and in how many lines they may stand around a row's centre line."""

    pace: float  # pixels between two dots
    lanes: int
    area: int  # of one dot, in square pixels

    def swarm(self, places: Sequence[float]) -> list[float]:
        """How far each dot leaves the centre line so that neighbours stay visible; equal for equal places."""
        steps = [0.0] + [sign * self.pace * lane for lane in range(1, self.lanes // 2 + 1) for sign in (1, -1)]
        taken: dict[float, float] = {}  # a line's offset -> its right-most dot so far
        offsets = [0.0] * len(places)
        for turn, index in enumerate(sorted(range(len(places)), key=lambda i: (places[i], i))):
            free = [step for step in steps if step not in taken or places[index] - taken[step] >= self.pace]
            offsets[index] = free[0] if free else steps[turn % len(steps)]
            taken[offsets[index]] = places[index]
        return offsets

    def block(self, count: int) -> list[tuple[float, float]]:
        """Columns of dots for seeds without a place: (pixels from the left, pixels from the centre line)."""
        tall = min(count, self.lanes)
        return [(turn // tall * self.pace, (turn % tall - (tall - 1) / 2) * self.pace) for turn in range(count)]


def dots_for(seeds: int) -> Dots:
    """Smaller dots when there are many seeds."""
    return Dots(7.0, 5, 44) if seeds <= 24 else Dots(5.0, 7, 22)


def typeset(written: str) -> str:
    """The shipped font has no minus sign; its en dash has the width of one."""
    return written.replace("-", "–")
