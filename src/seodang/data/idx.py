"""Four files in the IDX format of LeCun, Cortes & Burges (MNIST's home page), gzipped or not: images and classes.

The split into training and test images is the official one, so a verdict on such a set is conditional on that split; a seed
redraws the order of the training images, the initialization and the batches. A part of a set is read like the whole.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from seodang.data.files import directory, found
from seodang.data.split import DataError, Split

PARTS = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
SIDE = 28
PIXELS = SIDE * SIDE
MNIST_TEST_LABELS = "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"
"""SHA-256 of the values of MNIST's official test labels. Other sets have files of the same names."""

Bytes = np.ndarray[tuple[int], np.dtype[np.uint8]]


def shuffled(name: str, title: str, generator: torch.Generator) -> Split:
    """(n, 784) and (m, 784) pixels in [0, 1], classes 0-9; the training images in a fresh order."""
    split = everything(directory(name, f"{PARTS[0]}.gz and the rest"), name, title)
    order = torch.randperm(len(split.x_train), generator=generator)
    return split._replace(x_train=split.x_train[order], y_train=split.y_train[order])


@cache
def everything(folder: Path, name: str, title: str) -> Split:
    """The set as its four files hold it. DataError names the file that is missing, cut, or of another set."""
    paths = [found(name, folder, (f"{part}.gz", part)) for part in PARTS]
    x_train, y_train, x_test, y_test = (
        _images(paths[0], title),
        _labels(paths[1], name, title),
        _images(paths[2], title),
        _labels(paths[3], name, title),
    )
    for x, y, path in ((x_train, y_train, paths[1]), (x_test, y_test, paths[3])):
        if len(x) != len(y):
            raise DataError(f"{path}: {len(y)} labels for {len(x)} images; the files do not belong together")
    return Split(x_train, y_train, x_test, y_test)


def _images(path: Path, title: str) -> Tensor:
    shape, values = read_idx(path, dimensions=3)
    if shape[0] == 0:
        raise DataError(f"{path}: holds no images")
    if shape[1:] != (SIDE, SIDE):
        raise DataError(f"{path}: images of {shape[1]} x {shape[2]} pixels; {title} has {SIDE} x {SIDE}")
    return torch.from_numpy(values.reshape(shape[0], PIXELS).astype(np.float32) / 255)


def _labels(path: Path, name: str, title: str) -> Tensor:
    _, values = read_idx(path, dimensions=1)
    if values.size and values.max() > 9:
        raise DataError(f"{path}: a label is {values.max()}; {title} has 0 to 9")
    if name != "mnist" and hashlib.sha256(values.tobytes()).hexdigest() == MNIST_TEST_LABELS:
        raise DataError(f"{path}: MNIST's labels, not {title}'s; put {title}'s files in a folder {name} inside --data-dir")
    return torch.from_numpy(values.astype(np.int64))


def read_idx(path: Path, dimensions: int) -> tuple[tuple[int, ...], Bytes]:
    """The shape and the flat bytes of an IDX file of unsigned bytes: magic 0x0000 08 dd, dd sizes, the values."""
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path}: not a whole gzip file ({error}); fetch it again") from error
    header = 4 + 4 * dimensions
    if len(content) < header or content[:4] != bytes((0, 0, 8, dimensions)):
        raise DataError(f"{path}: not an IDX file of {dimensions}-dimensional bytes")
    shape = struct.unpack(f">{dimensions}I", content[4:header])
    wanted = math.prod(shape)
    if len(content) - header != wanted:
        raise DataError(
            f"{path}: holds {len(content) - header:,} values, its header says {wanted:,}; the file was cut or extended"
        )
    return shape, np.frombuffer(content, np.uint8, offset=header)
