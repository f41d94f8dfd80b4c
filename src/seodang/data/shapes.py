"""Coloured shapes: small colour pictures of a circle, square, triangle or cross in red, green, blue or yellow.

Place, size and brightness vary and the background is noise, so pixels must be read together; and each class has its caption,
so that a model can be asked to draw "a red circle".
"""

from __future__ import annotations

import torch
from torch import Tensor

from seodang.data.split import Split

SHAPES = ("circle", "square", "triangle", "cross")
COLOURS = {"red": (1.0, 0.1, 0.1), "green": (0.1, 1.0, 0.1), "blue": (0.1, 0.1, 1.0), "yellow": (1.0, 1.0, 0.1)}
CLASSES = tuple(f"{colour} {shape}" for shape in SHAPES for colour in COLOURS)
SIDE, CHANNELS = 32, 3


def shapes(generator: torch.Generator, train: int = 2_000, test: int = 500) -> Split:
    """(train, 3072) and (test, 3072) pixels in [0, 1], red, green, blue, of 32 x 32 images; classes 0-15.

    Class // 4 is the shape, class % 4 the colour; CLASSES names them.
    """
    y = torch.randint(len(CLASSES), (train + test,), generator=generator)
    x = pictures(y, generator).flatten(1)
    return Split(x[:train], y[:train], x[train:], y[train:])


def pictures(classes: Tensor, generator: torch.Generator, side: int = SIDE) -> Tensor:
    """(n, 3, side, side) pixels in [0, 1] of pictures of these classes (n,)."""
    n = len(classes)
    size = side * (0.18 + 0.14 * torch.rand(n, 1, 1, generator=generator))  # half the width
    centre = size + (side - 1 - 2 * size) * torch.rand(2, n, 1, 1, generator=generator)
    inside = _inside(classes // 4, centre, size, torch.arange(side))
    paint = torch.tensor(list(COLOURS.values()))[classes % 4]  # (n, 3)
    bright = 0.6 + 0.4 * torch.rand(n, 1, generator=generator)
    background = 0.25 * torch.rand(n, 3, side, side, generator=generator)
    return torch.where(inside[:, None], (paint * bright)[:, :, None, None], background)


def _inside(shape: Tensor, centre: Tensor, size: Tensor, pixels: Tensor) -> Tensor:
    """(n, side, side) whether a pixel is inside the shape of its picture."""
    down, across = (pixels[:, None] - centre[0]) / size, (pixels[None, :] - centre[1]) / size  # -1 to 1 within the shape
    box = (down.abs() <= 1) & (across.abs() <= 1)
    cross = box & ((down.abs() <= 1 / 3) | (across.abs() <= 1 / 3))
    triangle = box & (across.abs() <= (down + 1) / 2)
    kinds = torch.stack([down**2 + across**2 <= 1, box, triangle, cross])  # (4, n, side, side)
    return kinds[shape, torch.arange(len(shape))]


def caption(class_: int) -> str:
    """What is on a picture of this class, such as "a red circle"."""
    return f"a {CLASSES[class_]}"
