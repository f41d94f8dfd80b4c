"""KMNIST: 70,000 handwritten hiragana of old Japanese books in grey, 28 x 28 pixels, ten characters.

Clanuwat, Bober-Irizar, Kitamoto, Lamb, Yamamoto & Ha 2018, "Deep learning for classical Japanese literature". Its files have
the names of MNIST's: they belong in a folder kmnist.
"""

from __future__ import annotations

import torch

from seodang.data.idx import shuffled
from seodang.data.split import Split

LICENCE = "CC BY-SA 4.0 (ROIS-DS Center for Open Data in the Humanities)"
MIRRORS = ("https://codh.rois.ac.jp/kmnist/dataset/kmnist/", "http://codh.rois.ac.jp/kmnist/dataset/kmnist/")
FILES = {
    "train-images-idx3-ubyte.gz": ("sha256:51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4", 18_165_135),
    "train-labels-idx1-ubyte.gz": ("sha256:e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17", 29_497),
    "t10k-images-idx3-ubyte.gz": ("sha256:edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5", 3_041_136),
    "t10k-labels-idx1-ubyte.gz": ("sha256:20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c", 5_120),
}
"""Checksum and bytes of each file, as TensorFlow Datasets publishes them (url_checksums/kmnist.txt)."""
CLASSES = ("お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を")


def kmnist(generator: torch.Generator) -> Split:
    """(60000, 784) and (10000, 784) pixels in [0, 1], classes 0-9; the training images in a fresh order."""
    return shuffled("kmnist", "KMNIST", generator)
