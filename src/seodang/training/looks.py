"""Looks at one replica along its training: its history, and whether early stopping ends it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from torch import Tensor

from seodang.experiment import History
from seodang.training.replica import Replica

Seen = Mapping[str, float]
"""What one look at one replica shows, by name (`sight.py`)."""


class Looks:
    """What is seen of one replica, and when."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.training = replica.training
        self.stopped: int | None = None
        self._best = math.inf
        self._waited = 0
        self._kept: dict[str, Tensor] | None = None
        self._seen: list[tuple[int, Seen]] = []

    def next_after(self, step: int) -> int:
        """The step of the next look, the last step at the latest."""
        rhythms = [self.training.every, self.training.stopping.every if self.training.stopping else 0]
        return min([self.training.steps, *((step // every + 1) * every for every in rhythms if every)])

    def due(self, step: int) -> bool:
        """Whether its history has an entry after this step."""
        every = self.training.every
        return self.stopped is None and bool(every) and (step % every == 0 or step == self.training.steps)

    def validation_due(self, step: int) -> bool:
        """Whether early stopping looks after this step."""
        stopping = self.training.stopping
        return self.stopped is None and stopping is not None and step % stopping.every == 0

    def note(self, step: int, seen: Seen) -> None:
        """Keep what a look has shown."""
        self._seen.append((step, seen))

    def validated(self, loss: float) -> None:
        """Take note of a validation loss, and of the parameters where it is the best so far."""
        if loss < self._best:
            self._best, self._waited = loss, 0
            if self.training.stopping is not None and self.training.stopping.best:
                self._kept = {name: value.clone() for name, value in self.replica.model.state_dict().items()}
        else:
            self._waited += 1

    def ends(self, step: int) -> bool:
        """Whether early stopping ends the replica after this step; at its end it goes back to its best parameters."""
        stopping, last = self.training.stopping, step == self.training.steps
        if stopping is None or self.stopped is not None:
            return False
        over = self._waited >= stopping.patience and not last
        if over:
            self.stopped = step
        if (over or last) and self._kept is not None:
            self.replica.take(self._kept)
        return over

    @property
    def history(self) -> History:
        if not self._seen:
            return History()
        steps = tuple(step for step, _ in self._seen)
        curves = {name: tuple(seen[name] for _, seen in self._seen) for name in self._seen[0][1]}
        norms, activations = dict[str, tuple[float, ...]](), dict[str, dict[str, tuple[float, ...]]]()
        for name, curve in curves.items():
            kind, *rest = name.split("/")
            if kind == "norm":
                norms[rest[0]] = curve
            elif kind == "activation":
                activations.setdefault(rest[0], {})[rest[1]] = curve
        unknown = (math.nan,) * len(steps)
        losses, accuracies = curves.get("loss", unknown), curves.get("accuracy", unknown)
        return History(steps, losses, accuracies, gradient_norms=norms, activations=activations)
