"""SVG written by hand: shapes and words at pixels, each with a class that a page can colour and a colour of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from rich.cells import cell_len

from seodang.figures.theme import FONTS, Theme

EM = 0.49
"""Width of one cell (half a Hangul syllable) in ems of the shipped font."""


def written(length: float) -> str:
    """Pixels to a tenth, without a needless point."""
    return f"{length:.1f}".removesuffix(".0")


def set_width(text: str, size: float) -> float:
    """About how many pixels wide the text is when set at `size`."""
    return cell_len(text) * size * EM


@dataclass(frozen=True)
class Pen:
    """What has been drawn so far, the lowest first."""

    theme: Theme
    drawn: list[str] = field(default_factory=list)

    def box(self, kind: str, left: float, top: float, width: float, height: float, more: str = "") -> None:
        """A rectangle; `more` is further attributes."""
        at = f'x="{written(left)}" y="{written(top)}" width="{written(width)}" height="{written(height)}"'
        self.drawn.append(f'<rect class="{kind}" {at} {paint(self.theme)[kind]}{more}/>')

    def shape(self, kind: str, points: Sequence[tuple[float, float]]) -> None:
        """A polygon."""
        along = " ".join(f"{written(x)},{written(y)}" for x, y in points)
        self.drawn.append(f'<polygon class="{kind}" points="{along}" {paint(self.theme)[kind]}/>')

    def line(self, kind: str, *points: tuple[float, float]) -> None:
        """Straight from point to point."""
        along = "L".join(f"{written(x)},{written(y)}" for x, y in points)
        self.drawn.append(f'<path class="{kind}" d="M{along}" {paint(self.theme)[kind]}/>')

    def words(
        self,
        left: float,
        base: float,
        text: str,
        kind: str = "ink",
        size: float = 11,
        anchor: Literal["start", "middle", "end"] = "start",
    ) -> None:
        """Text on a line."""
        sized = "" if size == 11 else f' font-size="{size}"'
        at = f'x="{written(left)}" y="{written(base)}" text-anchor="{anchor}"{sized}'
        self.drawn.append(f'<text class="{kind}" {at} {paint(self.theme)[kind]}>{escape(text)}</text>')

    def svg(self, width: float, height: float, alt: str, paper: bool) -> str:
        """All of it, on paper or on whatever lies below."""
        size = f'width="{written(width)}" height="{written(height)}"'
        under = f'<rect {size} fill="{self.theme.paper}"/>' if paper else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {written(width)} {written(height)}" {size} '
            f'font-family=\'{FONTS}\' font-size="11" role="img" aria-label="{escape(alt)}">'
            f"{under}{''.join(self.drawn)}</svg>"
        )


def paint(theme: Theme) -> Mapping[str, str]:
    """What is drawn, and the attributes that colour it."""
    arms = theme.arms
    return {
        "conv": f'fill="{arms[0]}"',
        "pool": f'fill="{theme.paper}" stroke="{arms[0]}" stroke-width="1.5"',
        "dense": f'fill="{theme.ghost}"',
        "recurrent": f'fill="{arms[2]}"',
        "attention": f'fill="{arms[3]}"',
        "other": f'fill="{arms[4]}"',
        "plane": f'fill="{theme.faint}"',
        "rule": f'fill="none" stroke="{theme.ghost}"',
        "cone": f'fill="{theme.no}" fill-opacity="0.16"',
        "field": f'fill="{theme.no}"',
        "seen": f'fill="none" stroke="{theme.no}" stroke-width="1.5"',
        "edge": f'fill="none" stroke="{theme.no}" stroke-width="1.5" stroke-dasharray="3 3"',
        "ink": f'fill="{theme.ink}"',
        "quiet": f'fill="{theme.quiet}"',
    }
