"""MovieLens-100k: 100,000 dated ratings, 1 to 5 stars, of 1,682 films by 943 people.

Harper & Konstan 2015, "The MovieLens datasets: history and context". Read from ml-100k.zip or the folder ml-100k: u.data
holds user, item, stars and the second since 1970, u.item the titles.
"""

from __future__ import annotations

import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from seodang.data.files import directory, found, refuse_unless_published
from seodang.data.split import DataError, Split, drawn

LICENCE = "research use; no redistribution, no commercial use (GroupLens)"
MIRRORS = ("https://files.grouplens.org/datasets/movielens/", "http://files.grouplens.org/datasets/movielens/")
FILES = {"ml-100k.zip": ("sha256:50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229", 4_924_029)}
"""Checksum and bytes, as TensorFlow Datasets publishes them (url_checksums/movielens.txt)."""
UNPACKED = ("ml-100k",)
DAY = 86_400
RATINGS, ITEMS = 100_000, 1_682
FROM, TO = 874_627_200, 893_376_000
"""The seconds of 19 September 1997 and of 23 April 1998: all ratings were given between them (the set's README)."""


class Everything(NamedTuple):
    """Every rating and the titles."""

    x: Tensor  # (ratings, 3): user and item from 0, and the second since 1970
    y: Tensor  # (ratings,): stars
    titles: tuple[str, ...]  # in the order of the items


def movielens_100k(generator: torch.Generator) -> Split:
    """(80000, 3) and (20000, 3) users, items and days since the first rating, counted from 0; targets are stars 1.0-5.0.

    A fresh random split. The inputs are long, the targets float.
    """
    whole = everything(directory("movielens_100k", next(iter(FILES))))
    days = (whole.x[:, 2] - whole.x[:, 2].min()) // DAY
    return drawn(torch.stack([whole.x[:, 0], whole.x[:, 1], days], dim=1), whole.y, len(whole.y) // 5, generator)


@cache
def everything(folder: Path) -> Everything:
    """All ratings and titles. DataError names what is missing, cut or tampered with."""
    path = found("movielens_100k", folder, (*FILES, *UNPACKED))
    if path.is_file():
        refuse_unless_published("movielens_100k", path, FILES[path.name][0])
    try:
        data, items = _member(path, "u.data"), _member(path, "u.item")
        rows = [[int(field) for field in line.split("\t")] for line in data.decode("ascii").splitlines()]
        titles = tuple(line.split("|")[1] for line in items.decode("latin1").splitlines())
        table = torch.tensor(rows)
    except (KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error, ValueError, IndexError) as error:
        raise _spoilt(path, str(error)) from error
    if table.ndim != 2 or table.shape[1] != 4:
        raise _spoilt(path, "u.data has no four columns")
    user, item, stars, second = table.unbind(1)
    if (len(table), len(titles)) != (RATINGS, ITEMS):
        raise _spoilt(path, f"{len(table):,} ratings and {len(titles):,} films, not {RATINGS:,} and {ITEMS:,}")
    if user.min() < 1 or item.min() < 1 or item.max() > len(titles) or stars.min() < 1 or stars.max() > 5:
        raise _spoilt(path, "a user, a film or a number of stars that cannot be")
    if second.min() < FROM or second.max() > TO:
        raise _spoilt(path, "a rating of another time")
    x = torch.stack([user - 1, item - 1, second], dim=1)
    return Everything(x, stars.float(), titles)


def _member(path: Path, name: str) -> bytes:
    if path.is_dir():
        return (path / name).read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"ml-100k/{name}")


def _spoilt(path: Path, why: str) -> DataError:
    return DataError(f"{path}: not whole ({why}); delete it, then: seodang data fetch movielens_100k")


def say(x: Tensor, y: Tensor) -> str:
    """One rating in words."""
    return f"user {int(x[0])}, item {int(x[1])}, day {int(x[2])}: {float(y):.0f} stars"
