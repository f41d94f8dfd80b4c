"""Real handwritten digits, 1,797 images of 8 x 8 pixels, embedded in scikit-learn.

Alpaydin & Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository; the bundled copy is
that set's test part. Every seed draws its own split: 450 images to test on, 1,347 to train on.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from seodang.data.split import Split, drawn

TEST = 450
LICENCE = "CC BY 4.0 (UCI Machine Learning Repository)"


@cache
def everything() -> tuple[Tensor, Tensor]:
    """(1797, 64) pixels in [0, 1] and (1797,) classes."""
    rows = np.loadtxt(_file(), delimiter=",", dtype=np.float32)  # 64 pixels from 0 to 16, and the class
    return torch.from_numpy(rows[:, :-1] / 16), torch.from_numpy(rows[:, -1]).long()


def _file() -> Path:
    """The file inside scikit-learn, found without importing scikit-learn, which takes as long as a training."""
    package = importlib.util.find_spec("sklearn")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"


def digits(generator: torch.Generator) -> Split:
    """A fresh split: (1347, 64) and (450, 64) pixels in [0, 1], classes 0-9."""
    return drawn(*everything(), TEST, generator)
