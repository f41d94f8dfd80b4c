"""Printed Hangul syllables, drawn from the font that ships with Seodang, whole or distorted, with the jamo they consist of.

A syllable is a lead consonant, a vowel and a tail (or none): 19 x 21 x 28 = 11,172 of them, the one of (lead, vowel, tail)
at U+AC00 + (lead · 21 + vowel) · 28 + tail (The Unicode Standard, section 3.12). The font draws the 2,350 of the standard
KS X 1001, with which Korean is printed. Synthetic text for recognition: Jaderberg, Simonyan, Vedaldi & Zisserman 2014.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data.split import DataError, Split

LEADS, VOWELS, TAILS = 19, 21, 28
SYLLABLES = LEADS * VOWELS * TAILS
FIRST = 0xAC00
FONT = Path(__file__).parent.parent / "fonts" / "NanumSquareR.ttf"
LICENCE = "SIL OFL 1.1 (the font)"
SIDE = 24


def hangul(
    generator: torch.Generator,
    syllables: int = 200,
    unseen: int = 0,
    side: int = SIDE,
    copies: int = 10,
    distort: bool = True,
) -> Split:
    """(syllables*copies, side*side) pixels in [0, 1]; targets are four numbers: the class, the lead, the vowel, the tail.

    Syllables are drawn from the 2,350 of KS X 1001. `copies` of each are to train on, distorted unless `distort` is False;
    to test on are two distorted copies of each and of `unseen` further syllables, whose classes go on from `syllables`.
    Targets are long. DataError for more syllables than there are.
    """
    codes = printed()
    if not 1 <= syllables <= syllables + unseen <= len(codes):
        raise DataError(f"hangul: syllables={syllables} and unseen={unseen}: at least 1, together at most {len(codes):,}")
    drawn = codes[torch.randperm(len(codes), generator=generator)[: syllables + unseen]]
    sheet = glyphs("".join(chr(FIRST + code) for code in drawn.tolist()), side)
    targets = torch.stack([torch.arange(len(drawn)), *jamo(drawn)], dim=1)
    train, test = torch.arange(syllables).repeat(copies), torch.arange(len(drawn)).repeat(2)
    x_train = distorted(sheet[train], generator) if distort else sheet[train]
    x_test = distorted(sheet[test], generator)
    return Split(x_train.flatten(1), targets[train], x_test.flatten(1), targets[test])


@cache
def printed() -> Tensor:
    """(2350,) the places among the 11,172 of the syllables of KS X 1001: those that EUC-KR writes in two bytes."""
    return torch.tensor([code for code in range(SYLLABLES) if len(chr(FIRST + code).encode("euc_kr")) == 2])


def compose(lead: int, vowel: int, tail: int = 0) -> str:
    """The syllable of three jamo by number; tail 0 is none. DataError for a number that is no jamo's."""
    if not (0 <= lead < LEADS and 0 <= vowel < VOWELS and 0 <= tail < TAILS):
        raise DataError(f"hangul: lead={lead}, vowel={vowel}, tail={tail}: below {LEADS}, {VOWELS} and {TAILS}")
    return chr(FIRST + (lead * VOWELS + vowel) * TAILS + tail)


def jamo(codes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The numbers of lead, vowel and tail of syllables given by their place (n,) among the 11,172."""
    return codes // (VOWELS * TAILS), codes // TAILS % VOWELS, codes % TAILS


@lru_cache(maxsize=4)
def glyphs(text: str, side: int = SIDE) -> Tensor:
    """(len(text), side, side) each letter printed alone, 1 for ink."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(str(FONT), round(side * 0.8))
    pages = []
    for letter in text:
        page = Image.new("L", (side, side))
        ImageDraw.Draw(page).text((side / 2, side / 2), letter, fill=255, font=font, anchor="mm")
        pages.append(np.asarray(page))
    return torch.from_numpy(np.stack(pages).astype(np.float32) / 255)


def distorted(
    images: Tensor, generator: torch.Generator, shift: float = 0.1, turn: float = 10.0, noise: float = 0.15
) -> Tensor:
    """Images (n, side, side), each shifted, turned and covered with noise at random, in [0, 1].

    `shift` is the farthest shift as a share of the side, `turn` the farthest turn in degrees, `noise` its deviation.
    """
    n = len(images)
    angle = math.radians(turn) * (2 * torch.rand(n, generator=generator) - 1)
    to = 2 * shift * (2 * torch.rand(n, 2, generator=generator) - 1)  # the grid runs from -1 to 1
    rows = torch.stack([angle.cos(), -angle.sin(), to[:, 0], angle.sin(), angle.cos(), to[:, 1]], dim=1)
    grid = F.affine_grid(rows.view(n, 2, 3), [n, 1, *images.shape[1:]], align_corners=False)
    moved = F.grid_sample(images[:, None], grid, align_corners=False)[:, 0]
    return (moved + noise * torch.randn(moved.shape, generator=generator)).clamp(0, 1)


def say(x: Tensor, y: Tensor) -> str:  # noqa: ARG001 (every set's is called alike)
    """The syllable."""
    return compose(*y[1:].tolist())
