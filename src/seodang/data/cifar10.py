"""CIFAR-10: 60,000 colour photographs of ten kinds of things, 32 x 32 pixels.

Krizhevsky 2009, "Learning multiple layers of features from tiny images". Read from the binary version or the Python version,
as the archive or unpacked; pickles are read by a reader that makes nothing but arrays. The split is the official one.
"""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import torch
from torch import Tensor

from seodang.data.files import directory, found, refuse_unless_published
from seodang.data.pickled import read_pickle
from seodang.data.split import DataError, Split

LICENCE = "none stated; cite Krizhevsky 2009"
MIRRORS = (
    "https://www.cs.toronto.edu/~kriz/",
    "https://cave.cs.toronto.edu/kriz/",
    "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/",
)
FILES = {
    "cifar-10-binary.tar.gz": ("sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", 170_052_171),
}
"""Checksum and bytes, as TensorFlow Datasets publishes them (url_checksums/cifar10.txt)."""
UNPACKED = ("cifar-10-batches-bin", "cifar-10-python.tar.gz", "cifar-10-batches-py")
"""What may lie there instead."""
PYTHON = "md5:c58f30108f718f92721af3b95e74349a"
"""Of the Python version's archive, as torchvision publishes it (torchvision/datasets/cifar.py)."""
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SIDE, CHANNELS = 32, 3
PIXELS = CHANNELS * SIDE * SIDE
TRAIN = tuple(f"data_batch_{i}" for i in range(1, 6))
TEST = "test_batch"
BATCH = 10_000
AGAIN = "delete it, then: seodang data fetch cifar10"

Open = Callable[[str], bytes]
Bytes = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def cifar10(generator: torch.Generator) -> Split:
    """(50000, 3072) and (10000, 3072) pixels in [0, 1], red, green, blue, classes 0-9; training images in a fresh order."""
    split = everything(directory("cifar10", next(iter(FILES))))
    order = torch.randperm(len(split.x_train), generator=generator)
    return split._replace(x_train=split.x_train[order], y_train=split.y_train[order])


@cache
def everything(folder: Path) -> Split:
    """The set in either version. DataError names the file that is missing, cut or not what it should be."""
    path = found("cifar10", folder, (*FILES, *UNPACKED))
    if path.is_file():
        published = FILES[path.name][0] if path.name in FILES else PYTHON
        refuse_unless_published("cifar10", path, published)
    read = _binary if "bin" in path.name else _python
    with _opened(path) as content:
        train = [read(content, path, name) for name in TRAIN]
        x_test, y_test = read(content, path, TEST)
    return Split(torch.cat([x for x, _ in train]), torch.cat([y for _, y in train]), x_test, y_test)


@contextmanager
def _opened(path: Path) -> Iterator[Open]:
    """How the bytes of a batch are had, from the archive or from the folder it unpacks to."""
    if path.is_dir():
        yield lambda name: (path / name).read_bytes()
        return
    with tarfile.open(path) as archive:
        inside = "cifar-10-batches-bin" if "binary" in path.name else "cifar-10-batches-py"

        def content(name: str) -> bytes:
            file = archive.extractfile(f"{inside}/{name}")
            if file is None:
                raise KeyError(name)
            return file.read()

        yield content


def _content(content: Open, path: Path, name: str) -> bytes:
    try:
        return content(name)
    except (KeyError, OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataError(f"{path}: {name} is missing or cut ({error}); {AGAIN}") from error


def _binary(content: Open, path: Path, name: str) -> tuple[Tensor, Tensor]:
    """One byte of class and 3,072 of pixels an image, without a header."""
    values = np.frombuffer(_content(content, path, f"{name}.bin"), np.uint8)
    if values.size % (1 + PIXELS):
        raise DataError(f"{path}: {name}.bin holds {values.size:,} bytes, no multiple of {1 + PIXELS:,}; {AGAIN}")
    rows = values.reshape(-1, 1 + PIXELS)
    return _tensors(path, f"{name}.bin", rows[:, 1:], rows[:, 0])


def _python(content: Open, path: Path, name: str) -> tuple[Tensor, Tensor]:
    """A pickled dictionary of Python 2 with `data`, an array (images, 3072) of bytes, and `labels`, a list."""
    read = read_pickle(_content(content, path, name), f"{path}: {name}")
    batch: dict[bytes, Any] = read if isinstance(read, dict) else {}
    pixels, labels = batch.get(b"data"), batch.get(b"labels")
    if not _are_pixels(pixels) or not isinstance(labels, list) or not all(type(label) is int for label in labels):
        raise DataError(f"{path}: {name} is not a batch of CIFAR-10; {AGAIN}")
    return _tensors(path, name, pixels, np.array(labels))


def _are_pixels(values: object) -> TypeGuard[Bytes]:
    return isinstance(values, np.ndarray) and values.dtype == np.uint8 and values.ndim == 2 and values.shape[1] == PIXELS


def _tensors(path: Path, name: str, pixels: Bytes, labels: Bytes) -> tuple[Tensor, Tensor]:
    if not len(labels) == len(pixels) == BATCH:
        raise DataError(f"{path}: {len(pixels):,} images and {len(labels):,} labels in {name}, not {BATCH:,}; {AGAIN}")
    if labels.min() < 0 or labels.max() > 9:
        wrong = labels.min() if labels.min() < 0 else labels.max()
        raise DataError(f"{path}: a label of {name} is {wrong}; CIFAR-10 has 0 to 9")
    return torch.from_numpy(pixels.astype(np.float32) / 255), torch.from_numpy(labels.astype(np.int64))
