"""Evidence to a figure: on a page, in a notebook, as PNG or SVG, in the terminal and in words.

Importing this draws nothing and loads no charting library; the first chart does.
"""

from seodang.figures.description import alt_text
from seodang.figures.figure import NARROW, WIDE, figure
from seodang.figures.image import FONT_DIRECTORY, save, to_png, to_svg
from seodang.figures.labels import FigureError, Labels, Language
from seodang.figures.terminal import strip, terminal
from seodang.figures.theme import ThemeName

__all__ = [
    "FONT_DIRECTORY",
    "NARROW",
    "WIDE",
    "FigureError",
    "Labels",
    "Language",
    "ThemeName",
    "alt_text",
    "figure",
    "save",
    "strip",
    "terminal",
    "to_png",
    "to_svg",
]
