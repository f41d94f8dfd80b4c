"""Evidence to a figure: on a page, in a notebook, as PNG or SVG, in the terminal and in words.

Importing this draws nothing and loads no charting library; the first chart does.
"""

from seodang.figures.description import alt_text
from seodang.figures.figure import NARROW, WIDE, figure
from seodang.figures.image import FONT_DIRECTORY, save, save_svg, svg_to_png, to_png, to_svg
from seodang.figures.labels import FigureError, Labels, Language
from seodang.figures.network import network_svg
from seodang.figures.network_words import network_alt, sees
from seodang.figures.size import size
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
    "network_alt",
    "network_svg",
    "save",
    "save_svg",
    "sees",
    "size",
    "strip",
    "svg_to_png",
    "terminal",
    "to_png",
    "to_svg",
]
