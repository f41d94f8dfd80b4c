"""The rows of a terminal figure: label, plot and number; strips of dots, bars and the axis under them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from seodang.figures.dotplot import Dot, cell, stack
from seodang.figures.labels import Labels, Words
from seodang.figures.readings import Reading, fate, median
from seodang.figures.scale import Scale, number, scale_for
from seodang.figures.typesetting import balanced, fit, wrap

COLORS = ("#2f8fd0", "#d9731f", "#179a70", "#c06ba0", "#a08512", "#868d99")
"""Okabe and Ito's hues at a lightness that reads on a black and on a white terminal."""
INDENT = 2


@dataclass(frozen=True)
class Page:
    """The columns of a terminal figure, in cells: label, plot, number."""

    words: Words
    width: int
    label: int
    number: int
    color: bool

    @property
    def plot(self) -> int:
        """Cells between the label and the number."""
        return max(self.width - INDENT - self.label - 2 - 2 - self.number, 10)

    def row(self, label: str, plot: str | Text, value: str = "", style: str = "") -> Text:
        """One line: label, plot, number; `style` colours the plot."""
        drawn = Text(" " * INDENT + fit(label, self.label) + "  ")
        drawn.append_text(plot if isinstance(plot, Text) else Text(plot, self.style(style)))
        if value:
            drawn.append("  " + value)
        drawn.rstrip()
        return drawn

    def style(self, style: str) -> str:
        """The style, or none when colours are off."""
        return style if self.color else ""

    def heading(self, text: str) -> list[Text]:
        """A title above its rows, in as many lines as it takes."""
        return [Text(" " * INDENT + part, self.style("bold")) for part in balanced(text, self.width - INDENT)]

    def crosses(self, count: int, note: str, style: str) -> list[Text]:
        """A cross for each seed that has no place on the axis, and what became of them."""
        tens = ["×" * 10] * (count // 10) + ["×" * (count % 10)]
        lines = [self.row("", drawn, style=style) for drawn in wrap(" ".join(tens), self.plot)]
        if lines[-1].cell_len + 2 + cell_len(note) > self.width:
            lines.append(self.row("", note))
        else:
            lines[-1].append(f"  {note}")
        return lines


def page_for(labels: Sequence[str], numbers: Sequence[float], words: Words, width: int, color: bool) -> Page:
    """Columns in which these labels and numbers fit, the labels within 3/10 of the width."""
    label = max(map(cell_len, [*labels, words.yes, words.no]))
    value = max(map(cell_len, [*map(number, numbers), words.median]))
    return Page(words, width, min(label, width * 3 // 10), max(value, 9), color)


def strips(rows: Mapping[str, Sequence[Reading]], labels: Labels, page: Page) -> list[Text]:
    """Every arm's seeds as dots on one axis."""
    scale = scale_for(reading.value for readings in rows.values() for reading in readings)
    lines = [page.row("", "", " " * page.plot + page.words.median)] if any(rows.values()) else []
    for position, (arm, seeds) in enumerate(rows.items()):
        style = COLORS[position % len(COLORS)]
        lines += _strip(labels.arm(arm), seeds, scale, page, style)
    return [*lines, axis(scale, page)]


def _strip(label: str, seeds: Sequence[Reading], scale: Scale, page: Page, style: str) -> list[Text]:
    """An arm's dots above its rail; the median is marked on the rail, where it hides no dot."""
    finite = [reading for reading in seeds if reading.finite]
    dots = [Dot(scale.fraction(seed.value), "●" if seed.diverged is None else "×") for seed in finite]
    lines = [page.row("", drawn, style=style) for drawn in stack(dots, page.plot)]
    middle = median(reading.value for reading in finite)
    rail = Text("─" * page.plot, page.style("dim"))
    if not math.isnan(middle):
        at = cell(scale.fraction(middle), page.plot)
        rail = Text.assemble(rail[:at], ("▲", page.style("bold")), rail[at + 1 :])
    lines.append(page.row(label, rail, "" if math.isnan(middle) else number(middle)))
    fallen = [reading for reading in seeds if not reading.finite]
    if fallen:
        lines += page.crosses(len(fallen), f"{len(fallen)} {fate(fallen, page.words)}", style)
    return lines


def axis(scale: Scale, page: Page) -> Text:
    """Numbers under the plot, fewer where they would touch."""
    for most in range(6, 0, -1):
        drawn = [" "] * page.plot
        free = 0
        for tick in scale.ticks(most):
            written = scale.written(tick)
            start = cell(scale.fraction(tick), page.plot) - len(written) // 2
            start = min(max(start, 0), page.plot - len(written))
            if start < free:
                break
            drawn[start : start + len(written)] = written
            free = start + len(written) + 2
        else:
            break
    return page.row("", "".join(drawn), style="dim")


def bars(rows: Mapping[str, Sequence[Reading]], labels: Labels, page: Page) -> list[Text]:
    """Single numbers as bars from zero, or as points when only a log axis holds them all."""
    values = [readings[0].value for readings in rows.values()]
    scale = scale_for(values)
    if not scale.log:
        scale = Scale(min(0.0, *values, 0.0), max(0.0, *values, 0.0) or 1.0)
    lines = []
    for position, (arm, value) in enumerate(zip(rows, values, strict=True)):
        style = COLORS[position % len(COLORS)]
        if not math.isfinite(value):
            lines.append(page.row(labels.arm(arm), "×", page.words.not_finite, style))
            continue
        ends = sorted(cell(scale.fraction(end), page.plot) for end in (value, 0.0 if not scale.log else scale.low))
        inside = "─" * (ends[1] - ends[0]) + "●" if scale.log else "━" * (ends[1] - ends[0] + 1)
        lines.append(page.row(labels.arm(arm), fit(" " * ends[0] + inside, page.plot), number(value), style))
    return lines
