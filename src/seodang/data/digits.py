"""Real handwritten digits, 1,797 images of 8 x 8 pixels, embedded in scikit-learn.

Alpaydin & Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository; the bundled copy is
that set's test part. Every seed draws its own split: 450 images to test on, 1,347 to train on.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from seodang.data.split import Split, drawn

TEST = 450


@cache
def everything() -> tuple[Tensor, Tensor]:
    """(1797, 64) pixels in [0, 1] and (1797,) classes."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    return torch.tensor(digits.data / 16, dtype=torch.float32), torch.tensor(digits.target, dtype=torch.long)


def digits(generator: torch.Generator) -> Split:
    """A fresh split: (1347, 64) and (450, 64) pixels in [0, 1], classes 0-9."""
    return drawn(*everything(), TEST, generator)
