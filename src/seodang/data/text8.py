"""text8: the first 100 million letters of the English Wikipedia of 2006, small letters and spaces only.

Mahoney 2006, "About the test data", from which word2vec's toy runs learn. Read from text8.zip or the file text8 inside it.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import torch

from seodang.data.files import directory, found, refuse_unless_published
from seodang.data.split import DataError, Split

LICENCE = "CC BY-SA 3.0 and GFDL (Wikipedia)"
MIRRORS = ("https://mattmahoney.net/dc/", "http://mattmahoney.net/dc/")
FILES = {"text8.zip": ("sha1:6c70299b93b7e1f927b42cd8f6ac1a31547c7a2e", 31_344_016)}
"""The checksum as GluonNLP publishes it (data/corpora), the bytes as TensorFlow's word2vec tutorial."""
UNPACKED = ("text8",)
TEXT = "3bea1919949baf155f99411df5fada7e"
"""MD5 of the text itself, as its home page gives it."""
LETTERS = " abcdefghijklmnopqrstuvwxyz"
TRAIN = 90_000_000
"""The customary split: 90 million letters to train on, 5 to tune on (not returned), the last 5 to test on."""
TEST = 5_000_000


def text8(generator: torch.Generator, length: int = 64, train: int = 10_000, test: int = 1_000) -> Split:
    """(train, length) and (test, length) letters drawn at random places, and the letter after each, classes 0-26.

    0 is the space, 1-26 are a to z; targets have the shape of the inputs.
    """
    codes = everything(directory("text8", next(iter(FILES))))
    pieces = []
    for low, high, n in ((0, TRAIN, train), (len(codes) - TEST, len(codes), test)):
        start = torch.randint(low, high - length - 1, (n, 1), generator=generator)
        piece = codes[start + torch.arange(length + 1)].long()
        pieces += [piece[:, :-1], piece[:, 1:]]
    return Split(*pieces)


def words(folder: Path | None = None) -> list[str]:
    """The whole text as its 17 million words, in order."""
    return _text(folder or directory("text8", next(iter(FILES)))).decode("ascii").split()


def say(x: torch.Tensor, y: torch.Tensor) -> str:
    """Letters as text."""
    return "".join(LETTERS[code] for code in [*x.tolist(), int(y[-1])])


@cache
def everything(folder: Path) -> torch.Tensor:
    """(100000000,) letters as bytes 0-26."""
    letters = np.frombuffer(_text(folder), np.uint8)
    return torch.from_numpy(np.where(letters == ord(" "), 0, letters - (ord("a") - 1)).astype(np.uint8))


def _text(folder: Path) -> bytes:
    path = found("text8", folder, (*FILES, *UNPACKED))
    if path.suffix == ".zip":
        refuse_unless_published("text8", path, FILES[path.name][0])
    try:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                text = archive.read("text8")
        else:
            text = path.read_bytes()
    except (KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path}: not whole ({error}); delete it, then: seodang data fetch text8") from error
    if hashlib.md5(text, usedforsecurity=False).hexdigest() != TEXT:
        raise DataError(f"{path}: not the published text (its md5 differs); delete it, then: seodang data fetch text8")
    return text
