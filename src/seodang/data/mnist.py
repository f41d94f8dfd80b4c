"""MNIST, read from the four files of LeCun, Cortes & Burges in their original IDX format, gzipped or not.

The split into training and test images is the official one, so a verdict on MNIST is conditional on that split; a seed
redraws the order of the training images, the initialization and the batches.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from seodang.data.split import DataError, Split

FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
PIXELS = 28 * 28


def mnist(generator: torch.Generator) -> Split:
    """(n, 784) and (m, 784) pixels in [0, 1], classes 0-9; the training images in a fresh order."""
    split = _everything(directory())
    order = torch.randperm(len(split.x_train), generator=generator)
    return split._replace(x_train=split.x_train[order], y_train=split.y_train[order])


def directory() -> Path:
    """The folder given by `--data-dir` or SEODANG_DATA_DIR; DataError when there is none."""
    given = os.environ.get("SEODANG_DATA_DIR")
    if not given:
        raise DataError(
            f"mnist: no folder given; pass --data-dir DIR, a folder that holds {FILES['x_train']}.gz and the rest"
        )
    if not Path(given).is_dir():
        raise DataError(f"mnist: --data-dir {given} is not a folder")
    return Path(given)


@cache
def _everything(folder: Path) -> Split:
    x_train, x_test = (_images(folder, FILES[part]) for part in ("x_train", "x_test"))
    y_train, y_test = (_labels(folder, FILES[part]) for part in ("y_train", "y_test"))
    for x, y, name in ((x_train, y_train, FILES["y_train"]), (x_test, y_test, FILES["y_test"])):
        if len(x) != len(y):
            raise DataError(f"{folder / name}: {len(y)} labels for {len(x)} images; the files do not belong together")
    return Split(x_train, y_train, x_test, y_test)


def _images(folder: Path, name: str) -> Tensor:
    shape, bytes_ = read_idx(folder, name, dimensions=3)
    if shape[0] == 0:
        raise DataError(f"{folder / name}: holds no images")
    if shape[1:] != (28, 28):
        raise DataError(f"{folder / name}: images of {shape[1]} x {shape[2]} pixels; MNIST has 28 x 28")
    return torch.from_numpy(bytes_.reshape(shape[0], PIXELS).astype(np.float32) / 255)


def _labels(folder: Path, name: str) -> Tensor:
    _, bytes_ = read_idx(folder, name, dimensions=1)
    if bytes_.size and bytes_.max() > 9:
        raise DataError(f"{folder / name}: a label is {bytes_.max()}; MNIST has 0 to 9")
    return torch.from_numpy(bytes_.astype(np.int64))


def read_idx(folder: Path, name: str, dimensions: int) -> tuple[tuple[int, ...], np.ndarray[tuple[int], np.dtype[np.uint8]]]:
    """The shape and the flat bytes of an IDX file of unsigned bytes: magic 0x0000 08 dd, dd sizes, the values."""
    path = next((p for p in (folder / f"{name}.gz", folder / name) if p.is_file()), None)
    if path is None:
        raise DataError(f"{folder}: neither {name}.gz nor {name} is there")
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
