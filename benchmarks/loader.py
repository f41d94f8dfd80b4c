"""The loop a learner writes, around a DataLoader: what the engine is compared with, in steps and in verdicts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.engine import initial, split, stream
from seodang.experiment import Batch, Trained, Training, Turn

WRITTEN = ("data", "model", "loss", "optimizer", "turns", "steps", "batch", "clip", "schedule", "noise")
"""What of a training this loop does."""


def beyond(training: Training) -> list[str]:
    """The fields of a training that are in use and that this loop does not do."""
    fields = [field for field in dataclasses.fields(training) if field.name not in WRITTEN]
    return [field.name for field in fields if getattr(training, field.name) != field.default]


class Player:
    """Whose turn it may be: what it updates, with which optimizer, and what takes no gradient meanwhile."""

    def __init__(self, training: Training, model: nn.Module, turn: Turn) -> None:
        named = list(model.named_parameters())
        self.objective = turn.objective
        self.own = [parameter for name, parameter in named if turn.updates(name)]
        self.others = [parameter for name, parameter in named if not turn.updates(name)]
        self.clip = training.clip
        self.optimizer = turn.optimizer(self.own)
        self.schedule = training.schedule(self.optimizer) if training.schedule else None

    def update(self, model: nn.Module, batch: Batch) -> float:
        """One update; the loss before it."""
        for parameter in self.others:
            parameter.requires_grad_(False)
        self.optimizer.zero_grad()
        loss = self.objective(model, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        if self.clip is not None:
            nn.utils.clip_grad_norm_(self.own, self.clip)
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        for parameter in self.others:
            parameter.requires_grad_(True)
        return loss.item()


class LoaderReplica:
    """One seed of one training: its plain module, its optimizers and its DataLoader."""

    def __init__(self, training: Training, seed: int, device: str = "cpu") -> None:
        self.training = training
        self.seed = seed
        self.device = torch.device(device)
        self.split = split(training, seed)
        self.model = initial(training, seed).to(self.device).train()
        self.players = [Player(training, self.model, turn) for turn in training.players]
        self.batches = self._batches()
        self.random = stream(seed, "noise")

    def _batches(self) -> Iterator[list[Tensor]]:
        x, y, *_ = self.split
        batch = min(self.training.batch, len(x))
        loader = DataLoader(TensorDataset(x, y), batch_size=batch, shuffle=True, drop_last=True)
        while True:
            yield from loader

    def train(self, steps: int) -> list[float]:
        """Take some more steps; the loss of each, the last player's where there are turns."""
        losses = []
        noise = self.training.noise
        for _ in range(steps):
            x, y = (part.to(self.device) for part in next(self.batches))
            for player in self.players:
                drawn = noise(len(x), self.random).to(self.device) if noise else None
                loss = player.update(self.model, Batch(x, y, drawn))
            losses.append(loss)
        return losses

    def trained(self, losses: list[float]) -> Trained:
        """What a metric is given."""
        curve = torch.tensor(losses)
        broken = (~torch.isfinite(curve)).nonzero()
        x_train, y_train, x_test, y_test = (part.to(self.device) for part in self.split)
        return Trained(
            seed=self.seed,
            model=self.model.eval(),
            initial=initial(self.training, self.seed).to(self.device).eval(),
            x_train=x_train,
            y_train=y_train,
            x_test=x_test,
            y_test=y_test,
            loss=self.training.loss,
            losses=curve,
            diverged=int(broken[0]) if len(broken) else None,
        )
