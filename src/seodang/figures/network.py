"""A network as a picture: a block a layer, and what one unit of a chosen layer sees of the input.

A block is as tall as its map has rows and as wide as it has channels, both by logarithm: from 224 rows to 7, from 3 channels
to 4,096. The picture is SVG written by hand and no chart: it has no axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from seodang.figures.labels import Language
from seodang.figures.maps import Layer, Map, Network, Seen, family, is_drawn, map_of, seen, seen_rows
from seodang.figures.network_words import WORDS, called, chosen_place, input_map, network_alt, sees, shape_text
from seodang.figures.pen import Pen, set_width
from seodang.figures.theme import THEMES, ThemeName
from seodang.figures.typesetting import wrap

PLANE, LOWEST = 150, 12
"""Height in pixels of the tallest map, and of a map of one row."""
MARGIN, GAP, LOOSE, BESIDE = 28, 8, 56, 46
"""Pixels around the picture; between two blocks, at least and at most; between the input and the first block."""
SIDE = 3
"""Pixels of a block that stay to be seen on either side of the rows that are marked."""
MOST_LINES = 4
"""Of a heading: a typed network can be as long as its picture."""
LEAST = 700
"""A short network's blocks stand further apart, up to this width."""


@dataclass(frozen=True)
class Block:
    """A layer where it is drawn."""

    place: int  # among all layers of the network
    layer: Layer
    map: Map
    left: float
    right: float
    height: float
    view: Seen | None  # the rows that the chosen unit sees


def network_svg(
    network: Network,
    chosen: int | None = None,
    language: Language = "en",
    theme: ThemeName = "light",
    heading: str = "",
) -> str:
    """The picture as SVG, as wide as the network is long.

    chosen   the place, from 0, of the layer whose unit's view is drawn; by default the last with a window on the input
    heading  what a picture that stands alone is called; it then has paper, and says below the heading what the unit sees
    """
    pen, plane, place = Pen(THEMES[theme]), input_map(network), chosen_place(network, chosen)
    target = None if place is None else network.layers[place]
    sheet = _sheet(plane)
    blocks = _blocks(network, place, sheet)
    width = max(blocks[-1].right if blocks else 0, sheet[0] + MARGIN, LEAST - MARGIN) + MARGIN
    top = _heading(pen, heading, sees(network, chosen, language), width)
    middle = top + 40 + PLANE / 2
    stretches = seen(target, plane.axes) if target else None
    _cone(pen, sheet, stretches, blocks, middle)
    _plane(pen, plane, sheet, stretches, middle, whole=target is not None and target.field is None)
    marked = None if place is None else _marked(blocks, place)
    for block in blocks:
        _block(pen, block, middle, block is marked)
    under = middle + PLANE / 2 + 20
    named = f"{WORDS[language]['input']} {shape_text(network.input)}"
    pen.words(MARGIN + max(sheet[0], set_width(named, 11)) / 2, under + 16, named, anchor="middle")
    _sizes(pen, blocks, under)
    whose = called(network, place, language) if place is not None and sees(network, place, language) else ""
    height = _legend(pen, blocks, whose, language, under + 50, width)
    return pen.svg(width, height, network_alt(network, chosen, language), paper=bool(heading))


def _marked(blocks: Sequence[Block], place: int) -> Block | None:
    """The block of a layer; of one that is not drawn (an activation), the block it works on."""
    return next((block for block in reversed(blocks) if block.place <= place), None)


def _sheet(plane: Map) -> tuple[float, float]:
    """Width and height of the input in pixels: an image in its proportions, a sequence a strip, a vector a block."""
    if len(plane.axes) != 2:
        return 16, PLANE if plane.axes else PLANE / 2
    rows, columns = plane.axes
    return PLANE * columns / max(rows, columns), PLANE * rows / max(rows, columns)


def _blocks(network: Network, chosen: int | None, sheet: tuple[float, float]) -> list[Block]:
    """Where every layer that is drawn stands, from left to right."""
    layers = [(place, layer) for place, layer in enumerate(network.layers) if is_drawn(layer)]
    drawn = [(place, layer, map_of(layer.output, layer.kind)) for place, layer in layers]
    target = None if chosen is None else network.layers[chosen]
    tallest = max([input_map(network).rows, *(each.rows for _, _, each in drawn)])
    start = MARGIN + sheet[0] + BESIDE
    widths, gap = _widths([each.channels for _, _, each in drawn], LEAST - MARGIN - start)
    blocks = []
    for (place, layer, each), width in zip(drawn, widths, strict=True):
        room = max(width, set_width(f"{each.channels}", 11))
        left = start + (room - width) / 2
        height = LOWEST + (PLANE - LOWEST) * math.log2(each.rows) / math.log2(max(tallest, 2))
        view = seen_rows(target, layer) if target and chosen is not None and place <= chosen else None
        blocks.append(Block(place, layer, each, left, left + width, height, view))
        start += room + gap
    return blocks


def _widths(channels: Sequence[int], free: float) -> tuple[list[float], float]:
    """How wide the blocks are and how far apart they stand: up to twice as wide, and loosely, where there is room."""
    widths = [4 + 2.3 * math.log2(1 + each) for each in channels]
    broad = min(max((free - GAP * len(channels)) / max(sum(widths), 1) / 2, 1), 2)
    widths = [broad * width for width in widths]
    needed = sum(max(width, set_width(f"{each}", 11)) for width, each in zip(widths, channels, strict=True))
    return widths, min(max((free - needed) / max(len(channels), 1), GAP), LOOSE)


def _heading(pen: Pen, heading: str, below: str, width: float) -> float:
    """The title and the sentence of a picture that stands alone; where the picture begins below them."""
    if not heading:
        return 0
    base = 34.0
    for text, size, leading, kind in ((heading, 16, 23, "ink"), (below, 12, 17, "quiet")):
        for line in wrap(text, int((width - 2 * MARGIN) / set_width("x", size)))[:MOST_LINES]:
            pen.words(MARGIN, base, line, kind, size)
            base += leading
    return base - 10


def _cone(
    pen: Pen, sheet: tuple[float, float], stretches: Sequence[Seen] | None, blocks: Sequence[Block], middle: float
) -> None:
    """From what is seen of the input, through every block, to the unit."""
    if not stretches or len(stretches) != 2:
        return
    rows, columns = stretches
    top, low, high = middle - sheet[1] / 2, max(rows.low, -0.1), min(rows.high, 1.1)
    above = [(MARGIN + sheet[0] * min(columns.high, 1.1), top + sheet[1] * low)]
    below = [(above[0][0], top + sheet[1] * high)]
    for block in blocks:
        if block.view is None:
            continue
        first, last = _band(block, middle)
        above += [(block.left, first), (block.right, first)]
        below += [(block.left, last), (block.right, last)]
    pen.shape("cone", [*above, *reversed(below)])


def _band(block: Block, middle: float) -> tuple[float, float]:
    """Where the seen rows of a block begin and end; at least a line."""
    assert block.view is not None
    top = middle - block.height / 2
    first, last = top + block.height * max(block.view.low, 0), top + block.height * min(block.view.high, 1)
    thin = max(2 - (last - first), 0) / 2
    return first - thin, last + thin


def _plane(
    pen: Pen, plane: Map, sheet: tuple[float, float], stretches: Sequence[Seen] | None, middle: float, whole: bool
) -> None:
    """The input and what is seen of it: the frame is the window, dashed where it lies in the padding."""
    left, top = MARGIN, middle - sheet[1] / 2
    pen.box("plane", left, top, *sheet)
    if len(plane.axes) != 2:
        return
    if whole:
        stretches = [Seen(0, 1), Seen(0, 1)]
    if not stretches:
        return
    (y, bottom), (x, right) = ((max(each.low, 0), min(each.high, 1)) for each in stretches)
    pen.box("cone", left + x * sheet[0], top + y * sheet[1], (right - x) * sheet[0], (bottom - y) * sheet[1])
    (y, bottom), (x, right) = ((max(each.low, -0.1), min(each.high, 1.1)) for each in stretches)
    outside = any(each.low < 0 or each.high > 1 for each in stretches)
    frame = left + x * sheet[0], top + y * sheet[1], (right - x) * sheet[0], (bottom - y) * sheet[1]
    pen.box("edge" if outside else "seen", *frame)


def _block(pen: Pen, block: Block, middle: float, chosen: bool) -> None:
    """One layer, its channels above it, and the rows that are seen."""
    top, width = middle - block.height / 2, block.right - block.left
    pen.box(family(block.layer.kind), block.left, top, width, block.height, f' rx="2" data-layer="{block.place + 1}"')
    if block.view is not None:
        first, last = _band(block, middle)
        pen.box("field", block.left + SIDE, first, width - 2 * SIDE, last - first)
    if chosen:
        pen.box("seen", block.left - 3, top - 3, width + 6, block.height + 6, ' rx="4"')
    pen.words((block.left + block.right) / 2, top - 8, f"{block.map.channels}", "quiet", anchor="middle")


def _sizes(pen: Pen, blocks: Sequence[Block], under: float) -> None:
    """A rule under neighbours whose maps are equally large, and how large they are."""
    for axes, group in groupby(blocks, key=lambda block: block.map.axes):
        if not axes:
            continue
        members = list(group)
        left, right = members[0].left, members[-1].right
        pen.line("rule", (left, under), (right, under))
        size = shape_text(axes)
        if set_width(size, 11) > right - left + 2 * GAP:
            size = f"{axes[0]}" if len(set(axes)) == 1 else size.replace(" ", "")
        pen.words((left + right) / 2, under + 16, size, anchor="middle")


def _legend(pen: Pen, blocks: Sequence[Block], whose: str, language: Language, top: float, width: float) -> float:
    """The kinds of layer that are there, the mark, the scale; where the picture ends."""
    words = WORDS[language]
    entries: list[tuple[str, str]] = [(kind, words[kind]) for kind in dict.fromkeys(family(b.layer.kind) for b in blocks)]
    if whose:
        entries.append(("field", words["field"].format(name=whose)))
    left, base = float(MARGIN), top
    for kind, text in entries:
        wide = 16 + set_width(text, 11) + 22
        if left + wide > width and left > MARGIN:
            left, base = MARGIN, base + 20
        pen.box(kind, left, base - 9, 10, 10)
        pen.words(left + 16, base, text, "quiet")
        left += wide
    pen.words(MARGIN, base + 20, words["scale"], "quiet")
    return base + 34
