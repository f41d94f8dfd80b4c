"""A result in words and numbers: the verdict of every claim, every metric by arm; the same rows on a terminal and a page."""

from __future__ import annotations

import shutil
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from seodang.figures import terminal
from seodang.figures.readings import median, metrics, readings
from seodang.figures.scale import number
from seodang.locale import _, spoken

if TYPE_CHECKING:
    from seodang.evidence import Evidence
    from seodang.figures import Labels

MARKS = {"supported": "✓", "refuted": "✗", "undecided": "·"}
COLOURS = {"supported": "green", "refuted": "red", "undecided": "yellow"}
WIDEST = 100


class Cell(NamedTuple):
    """One metric of one arm: the median, the range, and how many seeds have no place in them."""

    median: str
    range: str
    lost: str


def table(evidence: Evidence, labels: Labels) -> tuple[list[str], list[tuple[str, list[Cell]]]]:
    """The metrics, and a row of cells an arm."""
    names = metrics(evidence)
    rows = [(labels.arm(arm), [_cell(evidence, arm, name) for name in names]) for arm in evidence.arms]
    return [labels.metric(name) for name in names], rows


def _cell(evidence: Evidence, arm: str, metric: str) -> Cell:
    found = readings(evidence, arm, metric)
    finite = [reading.value for reading in found if reading.finite]
    lost = len(found) - len(finite)
    return Cell(
        number(median(finite)),
        f"{number(min(finite))} – {number(max(finite))}" if len(finite) > 1 else "",
        _("{n} not finite", n=lost) if lost else "",
    )


def caption() -> str:
    """What the cells say."""
    return _("Median over the seeds (smallest – largest)")


def seeds_line(evidence: Evidence) -> str:
    """How many seeds, which ones, in what time."""
    if not evidence.seeds:
        return _("no seed yet")
    said = _("{n} seeds in {seconds} s.", n=len(evidence.seeds), seconds=f"{evidence.seconds:.1f}")
    return f"{said}  ({evidence.seeds[0]} – {evidence.seeds[-1]})"


def interrupted_line(evidence: Evidence) -> str:
    """What an interrupt left, and how to go on."""
    if not evidence.seeds:
        return _("Interrupted before the first seed was done; nothing was kept.")
    return _("Interrupted. {n} seeds are kept; go on with {call}", n=len(evidence.seeds), call="result.more()")


def text(evidence: Evidence, labels: Labels, *, interrupted: bool, figure: bool) -> str:
    """The result for a terminal, in plain characters as wide as it is, the figure above it if asked for."""
    width = min(shutil.get_terminal_size().columns, WIDEST)
    console = Console(file=StringIO(), width=width, color_system=None, highlight=False, force_jupyter=False)
    if figure and evidence.seeds:
        console.print(terminal(evidence, labels, spoken(), width, color=False), soft_wrap=True)
        console.print()
    grid = Table.grid(padding=(0, 1, 0, 0))
    for claim in evidence.claims:
        grid.add_row(MARKS[claim.outcome], Text(labels.claim(claim.claim)))
        if claim.answers:
            grid.add_row("", Text(claim.sentence(spoken())))
    console.print(grid)
    if evidence.seeds:
        console.print(Text("\n" + caption()))
        console.print(Padding(_drawn(evidence, labels), (0, 0, 0, 2)))
    console.print(Text(seeds_line(evidence)))
    if interrupted:
        console.print(Text(interrupted_line(evidence)))
    assert isinstance(console.file, StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def _drawn(evidence: Evidence, labels: Labels) -> Table:
    names, rows = table(evidence, labels)
    drawn = Table.grid(padding=(0, 3, 0, 0))
    drawn.add_row("", *map(Text, names))
    for arm, cells in rows:
        said = (" ".join(filter(None, (c.median, f"({c.range})" if c.range else "", c.lost))) for c in cells)
        drawn.add_row(Text(arm), *map(Text, said))
    return drawn
