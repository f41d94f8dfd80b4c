"""MNIST: 70,000 handwritten digits in grey, 28 x 28 pixels.

LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition". Read from the four original
files; the split into training and test images is the official one.
"""

from __future__ import annotations

import torch

from seodang.data.idx import shuffled
from seodang.data.split import Split

LICENCE = "CC BY-SA 3.0 (LeCun & Cortes)"
MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
FILES = {
    "train-images-idx3-ubyte.gz": ("sha256:440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9_912_422),
    "train-labels-idx1-ubyte.gz": ("sha256:3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28_881),
    "t10k-images-idx3-ubyte.gz": ("sha256:8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1_648_877),
    "t10k-labels-idx1-ubyte.gz": ("sha256:f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4_542),
}
"""Checksum and bytes of each file, as TensorFlow Datasets publishes them (url_checksums/mnist.txt)."""


def mnist(generator: torch.Generator) -> Split:
    """(60000, 784) and (10000, 784) pixels in [0, 1], classes 0-9; the training images in a fresh order."""
    return shuffled("mnist", "MNIST", generator)
