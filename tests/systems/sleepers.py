"""A data set that takes a while, for a DataLoader's workers: they import this file."""

from __future__ import annotations

import time

import torch
from torch import Tensor
from torch.utils.data import Dataset


class Slow(Dataset[Tensor]):
    """Each example is a batch, and loading it takes so many seconds."""

    def __init__(self, seconds: float, examples: int) -> None:
        self.seconds, self.examples = seconds, examples

    def __len__(self) -> int:
        return self.examples

    def __getitem__(self, place: int) -> Tensor:
        time.sleep(self.seconds)
        return torch.tensor(place)
