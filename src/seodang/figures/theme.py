"""Paper, ink and the arms' colours and shapes, light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

ThemeName = Literal["light", "dark"]

FONTS = (
    '"NanumSquare", "나눔스퀘어", system-ui, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", '
    "sans-serif"
)
"""The shipped font first (PNG and SVG are set in it); a reader without it gets the system's Korean sans serif."""

SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
"""An arm is told apart by its shape and its name, not by colour alone."""


@dataclass(frozen=True)
class Theme:
    """The colours of a figure; every one of `arms` stands out from `paper` by 3:1 or more."""

    paper: str
    ink: str  # text, medians
    quiet: str  # captions, axis numbers
    faint: str  # grid and rows
    ghost: str  # the other arms' medians
    arms: tuple[str, ...]
    yes: str
    no: str

    def arm(self, position: int) -> str:
        """The colour of the arm that stands at this position."""
        return self.arms[position % len(self.arms)]


# Okabe & Ito (2008), "Color universal design": eight colours told apart with any colour vision. Orange and sky blue are
# darkened for white paper, blue and vermilion lightened for dark paper.
THEMES: Mapping[ThemeName, Theme] = MappingProxyType(
    {
        "light": Theme(
            paper="#ffffff",
            ink="#1d1f23",
            quiet="#5d6470",
            faint="#e4e6ea",
            ghost="#a4aab5",
            arms=("#0072b2", "#d55e00", "#00875f", "#b8608f", "#9a6a00", "#3d4047"),
            yes="#0072b2",
            no="#c24f00",
        ),
        "dark": Theme(
            paper="#15171c",
            ink="#eceef2",
            quiet="#a3aab6",
            faint="#2f333c",
            ghost="#636b79",
            arms=("#56b4e9", "#f08c3a", "#2fc79a", "#dd93bf", "#f0e442", "#c3c8d2"),
            yes="#56b4e9",
            no="#f08c3a",
        ),
    }
)
