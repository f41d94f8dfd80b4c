"""Dots and lines in terminal cells: a dot a seed, stacked where several share a cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

TALLEST = 6
"""Dots stacked in one cell column before smaller, braille, dots are used."""
BRAILLE_LINES = 3
_BLANK = 0x2800
_BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))  # (left, right) columns of a cell, from the bottom


@dataclass(frozen=True)
class Dot:
    """A seed's mark: where it stands from 0 to 1, and the sign that shows it when there is room for one."""

    place: float
    sign: str = "●"


def stack(dots: Sequence[Dot], width: int) -> list[str]:
    """Lines of `width` cells, the lowest last, in which every dot is one sign (or one braille dot in a crowd)."""
    columns: dict[int, list[str]] = {}
    for dot in sorted(dots, key=lambda dot: dot.place):
        columns.setdefault(cell(dot.place, width), []).append(dot.sign)
    tallest = max(map(len, columns.values()), default=0)
    if tallest > TALLEST:
        return _crowd([dot.place for dot in dots], width)
    return [
        "".join(columns[x][level] if level < len(columns.get(x, ())) else " " for x in range(width))
        for level in reversed(range(tallest))
    ]


def cell(place: float, width: int) -> int:
    """The cell of a place between 0 and 1."""
    return min(max(round(place * (width - 1)), 0), width - 1)


def line(heights: Sequence[float], width: int, lines: int) -> list[str]:
    """A curve through these heights (0 to 1, nan or inf where it has ended) in braille, `width` by `lines` cells."""
    canvas = Canvas(width, lines)
    last: int | None = None
    for x in range(2 * width):
        height = _between(heights, x / (2 * width - 1))
        if not math.isfinite(height):
            break
        y = cell(height, 4 * lines)
        # A steep piece is drawn as a run of dots, so that the line has no holes.
        start = y if last is None else last + (1 if y > last else -1 if y < last else 0)
        for level in range(min(start, y), max(start, y) + 1):
            canvas.set(x, level)
        last = y
    return canvas.lines()


class Canvas:
    """Braille cells, each two dots wide and four high; (0, 0) is the lowest dot on the left."""

    def __init__(self, width: int, lines: int) -> None:
        self._cells = [[_BLANK] * width for _ in range(lines)]

    def set(self, x: int, y: int) -> None:
        """Switch one dot on."""
        self._cells[len(self._cells) - 1 - y // 4][x // 2] |= _BITS[x % 2][y % 4]

    def lines(self) -> list[str]:
        """The canvas from the top; empty cells are spaces."""
        return ["".join(" " if code == _BLANK else chr(code) for code in row) for row in self._cells]


def _crowd(places: Sequence[float], width: int) -> list[str]:
    """Braille dots stacked from the bottom; a dot whose column is full stands in the nearest one that is not."""
    full = 4 * BRAILLE_LINES
    heights = [0] * (2 * width)
    canvas = Canvas(width, BRAILLE_LINES)
    for place in sorted(places):
        wanted = cell(place, 2 * width)
        near = sorted(range(2 * width), key=lambda x: (abs(x - wanted), x))
        column = next((x for x in near if heights[x] < full), None)
        if column is None:
            break
        canvas.set(column, heights[column])
        heights[column] += 1
    return [row for row in canvas.lines() if row.strip()]


def _between(heights: Sequence[float], place: float) -> float:
    """The height at a place between 0 and 1, on the straight line between its neighbours."""
    position = place * (len(heights) - 1)
    left = min(math.floor(position), len(heights) - 1)
    right = min(left + 1, len(heights) - 1)
    share = position - left
    return heights[left] if share < 1e-9 else heights[left] * (1 - share) + heights[right] * share
