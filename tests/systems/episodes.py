"""Episodes of printed Hangul: a few classes, one known image of each and some that are asked."""

from __future__ import annotations

import torch
from torch import Tensor

from seodang.data.hangul import FIRST, distorted, glyphs, printed
from seodang.data.split import Split

SIDE = 16
CLASSES, UNSEEN = 200, 50


def episodes(generator: torch.Generator, ways: int = 5, queries: int = 3, train: int = 400, test: int = 150) -> Split:
    """(episodes, ways, 1 + queries, 1, 16, 16) images and (episodes, ways * queries) classes, 0 to ways - 1.

    The 200 classes of the training and the 50 of the test are different syllables.
    """
    seen, new = sheets(generator)
    x_train, x_test = drawn(seen, ways, queries, train, generator), drawn(new, ways, queries, test, generator)
    y = torch.arange(ways).repeat_interleave(queries)
    return Split(x_train, y.expand(train, -1), x_test, y.expand(test, -1))


def pairs(generator: torch.Generator, train: int = 8_000, test: int = 1_000) -> Split:
    """(pairs, 2, 16, 16) images, and 1.0 for the half that shows the same syllable; the test's are of unseen ones."""
    parts: list[Tensor] = []
    for sheet, count in zip(sheets(generator), (train, test), strict=True):
        one = torch.randint(len(sheet), (count,), generator=generator)
        same = torch.arange(count) % 2 == 0
        other = torch.where(same, one, (one + torch.randint(1, len(sheet), (count,), generator=generator)) % len(sheet))
        images = sheet[torch.stack([one, other], dim=1)]
        parts += [distorted(images.flatten(0, 1), generator).view_as(images), same.float()]
    return Split(*parts)


def sheets(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(200, 16, 16) and (50, 16, 16) printed syllables, drawn from the 2,350 of KS X 1001."""
    codes = printed()[torch.randperm(len(printed()), generator=generator)[: CLASSES + UNSEEN]]
    sheet = glyphs("".join(chr(FIRST + code) for code in codes.tolist()), SIDE)
    return sheet[:CLASSES], sheet[CLASSES:]


def drawn(sheet: Tensor, ways: int, queries: int, count: int, generator: torch.Generator) -> Tensor:
    """Every image of an episode is another print of its syllable: shifted, turned and noisy."""
    classes = torch.rand(count, len(sheet), generator=generator).argsort(dim=1)[:, :ways]  # no class twice
    images = sheet[classes][:, :, None].expand(-1, -1, 1 + queries, -1, -1)
    return distorted(images.flatten(0, 2), generator).view(count, ways, 1 + queries, 1, SIDE, SIDE)


def nearest(known: Tensor, asked: Tensor) -> Tensor:
    """(batch, asked): which known row (batch, known, n) is nearest to each asked one (batch, asked, n)."""
    return torch.cdist(asked, known).argmin(dim=2)
