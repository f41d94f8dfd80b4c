"""A few samples of a data set as a terminal can show them: pictures in blocks, points on a plane, sentences as text."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

SHADES = " ░▒▓█"
MARKS = "●○+x*#@%&$"
PLANE = (64, 18)
"""Columns and rows of a plane of points."""
ENOUGH = 16
"""Numbers shown of a sample that is nothing but numbers."""


@dataclass(frozen=True)
class Samples:
    """What was drawn with seed 0, and the room's module that knows how to say it."""

    name: str
    module: Any
    x: Tensor
    y: Tensor


def drawn(name: str) -> Samples:
    """The training samples of a set. DataError when its files are not there or not what they should be."""
    import torch

    module = importlib.import_module(f"seodang.data.{name}")
    make = getattr(module, name)
    without_default = [p for p in inspect.signature(make).parameters.values() if p.default is p.empty][1:]
    made = make(torch.Generator().manual_seed(0), **{p.name: 10 for p in without_default})
    return Samples(name, module, made[0], made[1] if isinstance(made[1], torch.Tensor) else made[0])


def said(samples: Samples, place: int) -> str:
    """One sample in words or numbers."""
    x, y = samples.x[place], samples.y[place]
    if hasattr(samples.module, "say"):
        return str(samples.module.say(x, y))
    if hasattr(samples.module, "CLASSES"):
        return str(samples.module.CLASSES[int(y)])
    if _picture(samples) is not None:
        return str(int(y))
    return f"{_numbers(x)} → {_numbers(y)}"


def shown(samples: Samples, count: int, width: int) -> Iterator[Text]:
    """Lines for a terminal of this width."""
    picture = _picture(samples)
    if picture is not None:
        yield from _side_by_side(samples, *picture, count, width)
    elif samples.x.ndim == 2 and samples.x.shape[1] == 2 and samples.x.is_floating_point():
        yield from _plane(samples.x[:, 0], samples.x[:, 1], samples.y.tolist())
    elif samples.x.ndim == 2 and samples.x.shape[1] == 1:
        yield from _plane(samples.x[:, 0], samples.y[:, 0], [0] * len(samples.x))
    else:
        yield from (Text(f"  {said(samples, place)}") for place in range(min(count, len(samples.x))))


def _picture(samples: Samples) -> tuple[int, int] | None:
    """The side and the channels of the set's pictures; None when it has none."""
    from seodang.data.images import SETS

    if samples.name in SETS:
        return SETS[samples.name].side, SETS[samples.name].channels
    side = getattr(samples.module, "SIDE", None)
    return None if side is None else (int(side), 1)


def _side_by_side(samples: Samples, side: int, channels: int, count: int, width: int) -> Iterator[Text]:
    """Pictures next to each other; a letter is about twice as high as it is wide, so two rows of pixels share a line."""
    across, down = (2, 1) if side <= 16 else (1, 2)
    fit = max(1, min(count, len(samples.x), (width - 2) // (side * across + 2)))
    images = samples.x[:fit].view(fit, channels, side // down, down, side).mean(3)
    for row in range(side // down):
        line = Text("  ")
        for image in images:
            for column in range(side):
                line.append(*_block(image[:, row, column].tolist(), across))
            line.append("  ")
        yield line
    captions = (said(samples, place)[: side * across] for place in range(fit))
    yield Text("  " + "".join(_filled(caption, side * across + 2) for caption in captions))


def _filled(text: str, width: int) -> str:
    from rich.cells import set_cell_size

    return set_cell_size(text, width)


def _block(pixel: Sequence[float], across: int) -> tuple[str, str | None]:
    """A grey pixel as a shade, which any terminal shows; a colour as a shade in that colour."""
    bright = max(pixel)
    shade = SHADES[min(int(bright * len(SHADES)), len(SHADES) - 1)] * across
    if len(pixel) == 1:
        return shade, None
    red, green, blue = (int(255 * value) for value in pixel)
    return shade, f"rgb({red},{green},{blue})"


def _plane(across: Tensor, up: Tensor, classes: Sequence[int]) -> Iterator[Text]:
    """Points on a plane, a mark a class."""
    columns, rows = PLANE
    lines = [[" "] * columns for _ in range(rows)]
    for x, y, class_ in zip(_scaled(across, columns), _scaled(up, rows), classes, strict=True):
        lines[rows - 1 - y][x] = MARKS[class_ % len(MARKS)]
    yield from (Text("  " + "".join(line)) for line in lines)


def _scaled(values: Tensor, cells: int) -> list[int]:
    low, high = float(values.min()), float(values.max())
    return [int((float(value) - low) / ((high - low) or 1) * (cells - 1)) for value in values]


def _numbers(values: Tensor) -> str:
    flat = values.flatten().tolist()
    written = " ".join(f"{value:.3g}" for value in flat[:ENOUGH])
    return f"{written} …" if len(flat) > ENOUGH else written
