"""Where the files of the named sets lie, and how one is found, checked and refused. Nothing is read on import."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from seodang.data.split import DataError

NAMED_AS_MNISTS = ("fashion_mnist", "kmnist")
"""Sets whose files have the names of MNIST's."""


def directory(name: str, holds: str) -> Path:
    """The folder given by `--data-dir` or SEODANG_DATA_DIR, else the one `seodang data fetch` fills.

    `holds` is a file of the set that the message names. DataError when there is no folder.
    """
    given = os.environ.get("SEODANG_DATA_DIR")
    folder = Path(given) if given else fetched()
    if given and not folder.is_dir():
        raise DataError(f"{name}: --data-dir {given} is not a folder")
    if not folder.is_dir():
        raise DataError(
            f"{name}: no folder given; pass --data-dir DIR, a folder that holds {holds}, or: seodang data fetch {name}"
        )
    return folder


def fetched() -> Path:
    """Where files are fetched to when no folder is named: beside the learner's own things or in the system's cache."""
    home = os.environ.get("SEODANG_HOME")
    if home:
        return Path(home) / "data"
    import platformdirs

    return platformdirs.user_cache_path("seodang", appauthor=False) / "data"


def places(name: str, folder: Path) -> tuple[Path, ...]:
    """Where a set's files may lie: in folder/NAME, and in the folder itself unless they could be another set's there."""
    return (folder / name,) if name in NAMED_AS_MNISTS and folder.name != name else (folder / name, folder)


def found(name: str, folder: Path, candidates: Iterable[str]) -> Path:
    """The first of these that lies in one of the set's places; DataError that lists them all."""
    names = tuple(candidates)
    for place in places(name, folder):
        for candidate in names:
            if (place / candidate).exists():
                return place / candidate
    listed = f"neither {', '.join(names[:-1])} nor {names[-1]}" if len(names) > 1 else f"no {names[0]}"
    raise DataError(f"{name}: {listed} is in {places(name, folder)[-1]}; get it: seodang data fetch {name} --to {folder}")


def checksum(path: Path, kind: str) -> str:
    """The checksum of a file in hexadecimal; kind is md5, sha1 or sha256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


def as_published(path: Path, published: str) -> bool:
    """Whether a file is the published one; `published` reads like sha256:44…."""
    kind, _, wanted = published.partition(":")
    return checksum(path, kind) == wanted


def refuse_unless_published(name: str, path: Path, published: str) -> None:
    """DataError for a file that was cut, tampered with or exchanged."""
    if not as_published(path, published):
        raise DataError(
            f"{path}: not the published file (its {published.partition(':')[0]} differs); "
            f"delete it, then: seodang data fetch {name} --to {path.parent}"
        )
