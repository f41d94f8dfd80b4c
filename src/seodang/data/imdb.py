"""IMDB: 50,000 film reviews in English, half of them favourable.

Maas, Daly, Pham, Huang, Ng & Potts 2011, "Learning word vectors for sentiment analysis". Read from the archive
aclImdb_v1.tar.gz or the folder it unpacks to, a text file a review. The split into training and test
reviews is the official one.
"""

from __future__ import annotations

import re
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from seodang.data.files import directory, found, refuse_unless_published
from seodang.data.split import DataError, Split

LICENCE = "none stated; cite Maas et al. 2011"
MIRRORS = ("https://ai.stanford.edu/~amaas/data/sentiment/", "http://d2l-data.s3-accelerate.amazonaws.com/")
FILES = {"aclImdb_v1.tar.gz": ("sha256:c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe", 84_125_825)}
"""Checksum and bytes, as TensorFlow Datasets publishes them (url_checksums/imdb_reviews.txt)."""
UNPACKED = ("aclImdb",)
REVIEW = re.compile(r"aclImdb/(train|test)/(neg|pos)/(\d+)_(\d+)\.txt")
"""The path of a review: its number and its stars. 1-4 stars are `neg`, 7-10 `pos`."""
EACH = 12_500
"""Favourable reviews to train on, as many unfavourable ones, and as many again to test on."""
PADDING, UNKNOWN = 0, 1


class Reviews(NamedTuple):
    """The texts as they are, and whether each is favourable (1) or not (0)."""

    train: tuple[str, ...]
    y_train: Tensor
    test: tuple[str, ...]
    y_test: Tensor


def imdb(generator: torch.Generator, vocabulary: int = 10_000, length: int = 200) -> Split:
    """(25000, length) and (25000, length) words as numbers, classes 0-1; the training reviews in a fresh order.

    The `vocabulary` - 2 most frequent words of the training reviews count from 2; 1 is any other word, 0 fills up on the
    left. Of a long review the last `length` words are kept. Both are long tensors.
    """
    folder = directory("imdb", next(iter(FILES)))
    reviews = everything(folder)
    x_train, x_test = _numbered(folder, vocabulary, length)
    order = torch.randperm(len(x_train), generator=generator)
    return Split(x_train[order], reviews.y_train[order], x_test, reviews.y_test)


@cache
def everything(folder: Path) -> Reviews:
    """Every review. DataError names what is missing, cut or tampered with."""
    path = found("imdb", folder, (*FILES, *UNPACKED))
    if path.is_file():
        refuse_unless_published("imdb", path, FILES[path.name][0])
    parts: dict[str, list[tuple[int, int, str]]] = {"train": [], "test": []}
    try:
        for part, opinion, number, text in _archived(path) if path.is_file() else _unpacked(path):
            parts[part].append((opinion, number, text))
    except (OSError, EOFError, tarfile.TarError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not whole ({error}); delete it, then: seodang data fetch imdb") from error
    for part, rows in parts.items():
        favourable = sum(opinion for opinion, _, _ in rows)
        if (favourable, len(rows) - favourable) != (EACH, EACH):
            held = f"{favourable:,} pos and {len(rows) - favourable:,} neg reviews in {part}, not {EACH:,} each"
            raise DataError(f"{path}: {held}; delete it, then: seodang data fetch imdb")
        rows.sort()
    train, test = ([text for _, _, text in parts[part]] for part in ("train", "test"))
    y_train, y_test = (torch.tensor([opinion for opinion, _, _ in parts[part]]) for part in ("train", "test"))
    return Reviews(tuple(train), y_train, tuple(test), y_test)


def words(text: str) -> list[str]:
    """The words of a review in small letters, without the line breaks of HTML."""
    return re.findall(r"[a-z']+|[!?]", text.lower().replace("<br />", " "))


def _archived(path: Path) -> Iterator[tuple[str, int, int, str]]:
    with tarfile.open(path) as archive:
        for member in archive:
            place = REVIEW.fullmatch(member.name.removeprefix("./"))
            file = archive.extractfile(member) if place else None
            if place and file:
                yield place[1], int(place[2] == "pos"), int(place[3]), file.read().decode()


def _unpacked(folder: Path) -> Iterator[tuple[str, int, int, str]]:
    for path in folder.glob("*/*/*.txt"):
        place = REVIEW.fullmatch(f"aclImdb/{path.relative_to(folder).as_posix()}")
        if place:
            yield place[1], int(place[2] == "pos"), int(place[3]), path.read_text(encoding="utf-8")


@cache
def ranked(folder: Path) -> tuple[str, ...]:
    """The words of the training reviews, the most frequent first; the first is number 2."""
    counts = Counter(word for text in everything(folder).train for word in words(text))
    return tuple(sorted(counts, key=lambda word: (-counts[word], word)))


def say(x: Tensor, y: Tensor) -> str:
    """The words that have a number, and the answer."""
    known = ranked(directory("imdb", next(iter(FILES))))
    said = ("…" if code == UNKNOWN else known[code - 2] for code in x.tolist() if code != PADDING)
    return f"{' '.join(said)} → {('unfavourable', 'favourable')[int(y)]}"


@cache
def _numbered(folder: Path, vocabulary: int, length: int) -> tuple[Tensor, Tensor]:
    if vocabulary < 3 or length < 1:
        raise DataError(f"imdb: vocabulary={vocabulary}, length={length}: at least 3 and 1")
    number = {word: place for place, word in enumerate(ranked(folder)[: vocabulary - 2], start=2)}
    numbered = []
    for texts in (everything(folder).train, everything(folder).test):
        x = torch.full((len(texts), length), PADDING)
        for row, text in zip(x, texts, strict=True):
            last = [number.get(word, UNKNOWN) for word in words(text)[-length:]]
            row[length - len(last) :] = torch.tensor(last, dtype=torch.long)
        numbered.append(x)
    return numbered[0], numbered[1]
