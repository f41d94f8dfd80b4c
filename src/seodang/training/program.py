"""The contract of a strategy: some replicas of one training in, a chunk of steps at a time, their numbers out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from seodang.experiment import Training
from seodang.training.replica import Replica


class Program(ABC):
    """Replicas of one training, on their way. One subclass a strategy, one file a subclass."""

    worth_a_thread = 0
    """The fewest replicas for which a program has a thread of its own beside another; 0 where threads are no gain."""

    def __init__(self, training: Training, seeds: Sequence[int], device: torch.device) -> None:
        self.training = training
        self.device = device
        self.replicas = [Replica(training, seed, device) for seed in seeds]

    @abstractmethod
    def advance(self, steps: int) -> Tensor:
        """Train every replica for some more steps; (replicas, steps) the loss of each step before its update."""

    @abstractmethod
    def models(self) -> list[nn.Module]:
        """The models as they are now, one a replica, with the masked dropout layers of `Replica.model`."""
