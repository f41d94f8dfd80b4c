"""The contract of a strategy: some replicas in, a chunk of steps at a time, their numbers out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from seodang.training.replica import Replica
from seodang.training.sight import Sight, evaluated, norms


class Program(ABC):
    """Replicas of one training, or of several that take the same step with other numbers (`kin.py`), on their way.

    One subclass a strategy, one file a subclass. The models of the replicas are as they are now after every `advance`.
    """

    worth_a_thread = 0
    """The fewest replicas for which a program has a thread of its own beside another; 0 where threads are no gain."""

    early = False
    """Whether a program is made before any thread is, because it forks."""
    most: int | None = None
    """The most replicas that one program takes; None where there is no limit."""

    def __init__(self, replicas: Sequence[Replica]) -> None:
        self.replicas = list(replicas)
        self.device = replicas[0].device
        self.kin = replicas[0].kin
        self.frozen: dict[int, dict[str, Tensor]] = {}

    @abstractmethod
    def advance(self, steps: int) -> Tensor:
        """Train every replica for some more steps; (replicas, steps, turns) the losses of each step before its updates."""

    @abstractmethod
    def gradients(self, row: int) -> dict[str, Tensor]:
        """The gradient of one replica's last step, by parameter, as its optimizer was given it."""

    def look(self) -> list[dict[str, float]]:
        """What is seen of each replica now, by name (`sight.py`): on its test set, and of its last step's gradient."""
        return [
            {**self.evaluated_alone(replica, "test", whole=True), **self._norms_alone(row)}
            for row, replica in enumerate(self.replicas)
        ]

    def validate(self) -> list[float]:
        """The loss of each replica on its validation set."""
        return [self.evaluated_alone(replica, "validation", whole=False)["loss"] for replica in self.replicas]

    def evaluated_alone(self, replica: Replica, part: str, whole: bool) -> dict[str, float]:
        """Of one replica in evaluation mode; nothing where there is no loss to evaluate."""
        loss = replica.training.loss
        if loss is None:
            return {}
        model = replica.model.eval()
        sights = {first: Sight(model, loss, whole and first) for first in (True, False)}
        try:
            with torch.no_grad():
                seen = evaluated(
                    lambda x, y, first: sights[first](x, y),
                    getattr(replica, f"x_{part}"), getattr(replica, f"y_{part}"), axis=0,
                )  # fmt: skip
        finally:
            model.train()
        return {name: float(value) for name, value in seen.items()}

    def _norms_alone(self, row: int) -> dict[str, float]:
        layers = [name for name, _ in self.replicas[row].model.named_parameters()]
        return {name: float(value) for name, value in norms(self.gradients(row), layers, axes=0).items()}

    def close(self) -> None:  # noqa: B027 (most hold nothing)
        """Give back what it holds beside memory."""

    def freeze(self, row: int) -> None:
        """Keep one replica's parameters and buffers as they are now, whatever `advance` does to the others."""
        self.frozen[row] = {name: value.clone() for name, value in self.replicas[row].model.state_dict().items()}
