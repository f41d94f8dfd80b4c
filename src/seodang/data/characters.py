"""A text letter by letter: guess the next one. The text is made here, or is any file of yours.

The sentences made here have adjectives, and verbs that agree with their subject in number, so that a model has something to
learn beyond which letters are frequent. After Karpathy 2015, "The unreasonable effectiveness of recurrent neural networks".
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from seodang.data.split import DataError, Split

LETTERS = " ." + string.ascii_lowercase
"""What the sentences made here are written in; the number of a letter is its place."""
ADJECTIVES = ("small", "old", "lazy", "happy", "brown", "clever")
NOUNS = ("dog", "cat", "teacher", "farmer", "child", "bird", "student", "king")
VERBS = ("see", "follow", "help", "remember", "paint", "greet")
PLACES = ("near the river", "in the garden", "under a tree", "at the market", "on the hill")
SENTENCES = 4_000


def characters(
    generator: torch.Generator, file: Path | None = None, length: int = 32, train: int = 5_000, test: int = 1_000
) -> Split:
    """(train, length) and (test, length) letters as numbers, and the letter after each, classes 0-27; both are long.

    Windows at random places: of sentences drawn anew by every seed, or of `file` (UTF-8), whose last tenth is kept to test
    on and whose letters are those of `alphabet`. DataError for a file that is missing, too short or no text.
    """
    if file is None:
        codes = coded("".join(sentence(generator) for _ in range(SENTENCES)), LETTERS)
    else:
        codes = coded(_read(file), alphabet(file))
    border = len(codes) * 9 // 10
    if len(codes) - border <= length + 1:
        raise DataError(f"{file}: {len(codes)} letters are too few for windows of {length}; take a longer text")
    pieces: list[Tensor] = []
    for part, n in ((codes[:border], train), (codes[border:], test)):
        start = torch.randint(len(part) - length, (n, 1), generator=generator)
        piece = part[start + torch.arange(length + 1)]
        pieces += [piece[:, :-1], piece[:, 1:]]
    return Split(*pieces)


@cache
def alphabet(file: Path) -> str:
    """The letters that occur in a text file, sorted: the number of a letter is its place here."""
    return "".join(sorted(set(_read(file))))


def coded(text: str, letters: str) -> Tensor:
    """(len(text),) the numbers of the letters."""
    number = {letter: place for place, letter in enumerate(letters)}
    return torch.tensor([number[letter] for letter in text])


def sentence(generator: torch.Generator) -> str:
    """One sentence, with the space after it."""
    draws = iter(torch.randint(2**30, (8,), generator=generator).tolist())

    def one_of(choices: Sequence[str]) -> str:
        return choices[int(next(draws)) % len(choices)]

    plural = next(draws) % 2
    subject = one_of(NOUNS) if not plural else _plural(one_of(NOUNS))
    verb = one_of(VERBS) + ("" if plural else "s")
    adjective = f"{one_of(ADJECTIVES)} " if next(draws) % 2 else ""
    return f"the {adjective}{subject} {verb} the {one_of(ADJECTIVES)} {one_of(NOUNS)} {one_of(PLACES)}. "


def _plural(noun: str) -> str:
    return "children" if noun == "child" else f"{noun}s"


@cache
def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: no readable UTF-8 text ({error})") from error


def say(x: Tensor, y: Tensor) -> str:
    """Letters as text."""
    return "".join(LETTERS[code] for code in [*x.tolist(), int(y[-1])])
