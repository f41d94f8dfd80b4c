"""Small pictures of several squares and crosses, with what a detector and a segmenter should say of them."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

SIDE = 32
KINDS = ("square", "cross")


class Scene(NamedTuple):
    """One picture: its objects lie in different quarters, so no two overlap."""

    x: Tensor  # (1, 32, 32) pixels, noisy
    mask: Tensor  # (32, 32) 0 background, 1 square, 2 cross
    boxes: Tensor  # (objects, 4) left, top, right, bottom
    classes: Tensor  # (objects,) 0 square, 1 cross


def scene(generator: torch.Generator) -> Scene:
    """One to four objects of width 7 to 13 and of random brightness on a noisy background."""
    mask, x = torch.zeros(SIDE, SIDE, dtype=torch.long), torch.zeros(SIDE, SIDE)
    boxes, classes = [], []
    down, across = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    there = torch.rand(4, generator=generator) < 0.5
    there[int(torch.randint(4, (), generator=generator))] = True
    for quarter in there.nonzero().flatten().tolist():
        half = int(torch.randint(3, 7, (), generator=generator))
        kind = int(torch.randint(len(KINDS), (), generator=generator))
        free = torch.randint(half, 16 - half, (2,), generator=generator)
        row, column = int(free[0]) + 16 * (quarter // 2), int(free[1]) + 16 * (quarter % 2)
        square = ((down - row).abs() <= half) & ((across - column).abs() <= half)
        narrow = torch.minimum((down - row).abs(), (across - column).abs()) <= half // 3
        inside = square if kind == 0 else square & narrow
        mask[inside] = kind + 1
        x[inside] = 0.5 + 0.5 * float(torch.rand((), generator=generator))
        boxes.append([column - half, row - half, column + half + 1, row + half + 1])
        classes.append(kind)
    noisy = x + 0.15 * torch.randn(SIDE, SIDE, generator=generator)
    return Scene(noisy[None], mask, torch.tensor(boxes, dtype=torch.float32), torch.tensor(classes))


def scenes(n: int, generator: torch.Generator) -> list[Scene]:
    """So many pictures."""
    return [scene(generator) for _ in range(n)]
