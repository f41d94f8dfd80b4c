"""A chart as a picture, set in the shipped Korean font: on a machine without one every syllable would be an empty box."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from seodang.figures.labels import FigureError

if TYPE_CHECKING:
    import altair as alt

FONT_DIRECTORY = Path(str(files("seodang"))) / "fonts"


def to_svg(chart: alt.VConcatChart) -> str:
    """The chart as SVG. Its text stays text, so the reader's machine needs a Korean font (all systems but bare servers)."""
    import vl_convert

    _register_font()
    return vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=_version())


def to_png(chart: alt.VConcatChart, scale: float = 2.0) -> bytes:
    """The chart as PNG with `scale` pixels for each of its own."""
    import vl_convert

    _register_font()
    return vl_convert.vegalite_to_png(chart.to_dict(), vl_version=_version(), scale=scale)


def save(chart: alt.VConcatChart, path: str | Path, scale: float = 2.0) -> Path:
    """Write the chart to a .svg or .png file and return its path; FigureError names what is wrong with another."""
    return _saved(path, lambda: to_svg(chart), lambda: to_png(chart, scale))


def save_svg(drawn: str, path: str | Path, scale: float = 2.0) -> Path:
    """Write a picture that is SVG already to a .svg or .png file, as `save` does."""
    return _saved(path, lambda: drawn, lambda: svg_to_png(drawn, scale))


def svg_to_png(drawn: str, scale: float = 2.0) -> bytes:
    """SVG as PNG, its words set in the shipped font."""
    import vl_convert

    _register_font()
    return vl_convert.svg_to_png(drawn, scale=scale)


def _saved(path: str | Path, svg: Callable[[], str], png: Callable[[], bytes]) -> Path:
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in {".svg", ".png"}:
        raise FigureError(f"cannot save a figure as {path.name!r}: the file name must end in .svg or .png")
    if not path.parent.is_dir():
        raise FigureError(f"cannot save a figure as {path}: the folder {path.parent} does not exist, create it first")
    path.write_bytes(svg().encode() if ending == ".svg" else png())
    return path


@cache
def _register_font() -> None:
    import vl_convert

    vl_convert.register_font_directory(str(FONT_DIRECTORY))


def _version() -> str:
    """The Vega-Lite version that Altair wrote the specification for, as vl-convert names it."""
    import altair

    return ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
