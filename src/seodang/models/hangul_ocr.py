"""Reading printed Hangul: a small convolutional network, with a class a syllable or with three heads of jamo.

A syllable is a lead consonant, a vowel and a tail or none, and its place among the 11,172 is (lead · 21 + vowel) · 28 + tail
(The Unicode Standard, section 3.12). 19 + 21 + 28 = 68 outputs can thus name syllables that no example showed; a softmax
over syllables cannot name one outside its list.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

JAMO = (19, 21, 28)


class HangulOCR(nn.Module):
    """Scores of square grey images: 68 for the jamo, or one a class."""

    def __init__(self, side: int = 24, channels: int = 16, hidden: int = 128, outputs: int = sum(JAMO)) -> None:
        super().__init__()
        self.side = side
        self.layers = nn.Sequential(
            *_convolution(1, channels, kernel=5, stride=2),
            *_convolution(channels, 2 * channels),
            *_convolution(2 * channels, 2 * channels, stride=2),
            nn.Flatten(),
            nn.Linear(2 * channels * (-(-side // 4)) ** 2, hidden),
            nn.ReLU(),
        )
        self.heads = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:  # (batch, side * side) -> (batch, outputs)
        scores: Tensor = self.heads(self.layers(x.view(-1, 1, self.side, self.side)))
        return scores


def _convolution(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]


def jamo_loss(scores: Tensor, targets: Tensor) -> Tensor:
    """The three heads' cross-entropies, added: scores (batch, 68), targets (batch, 3) of lead, vowel and tail."""
    parts = scores.split(JAMO, dim=-1)  # type: ignore[no-untyped-call]
    leads, vowels, tails = (F.cross_entropy(part, target) for part, target in zip(parts, targets.unbind(-1), strict=True))
    return leads + vowels + tails


def read(scores: Tensor) -> Tensor:
    """(batch,) places among the 11,172 of the syllables that scores (batch, 68) name; its letter is chr(0xAC00 + place)."""
    lead, vowel, tail = (part.argmax(-1) for part in scores.split(JAMO, dim=-1))  # type: ignore[no-untyped-call]
    place: Tensor = (lead * JAMO[1] + vowel) * JAMO[2] + tail
    return place
