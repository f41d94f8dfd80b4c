"""Fashion-MNIST: 70,000 grey pictures of ten kinds of clothes, 28 x 28 pixels, harder than digits.

Xiao, Rasul & Vollgraf 2017, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms". Its files
have the names of MNIST's: they belong in a folder fashion_mnist.
"""

from __future__ import annotations

import torch

from seodang.data.idx import shuffled
from seodang.data.split import Split

LICENCE = "MIT (Zalando)"
MIRRORS = (
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
FILES = {
    "train-images-idx3-ubyte.gz": ("sha256:3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880),
    "train-labels-idx1-ubyte.gz": ("sha256:a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515),
    "t10k-images-idx3-ubyte.gz": ("sha256:346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102),
    "t10k-labels-idx1-ubyte.gz": ("sha256:67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148),
}
"""Checksum and bytes of each file, as TensorFlow Datasets publishes them (url_checksums/fashion_mnist.txt)."""
CLASSES = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")


def fashion_mnist(generator: torch.Generator) -> Split:
    """(60000, 784) and (10000, 784) pixels in [0, 1], classes 0-9; the training images in a fresh order."""
    return shuffled("fashion_mnist", "Fashion-MNIST", generator)
