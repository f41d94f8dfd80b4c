"""The plain loop: one replica after another, as PyTorch is written everywhere. The oracle of every other strategy."""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from seodang.experiment import Training
from seodang.training.program import Program
from seodang.training.replica import Replica, stream

DRAWING = threading.Lock()
"""Torch's global random state is one for all threads: replicas whose layers draw from it take turns."""


class Loop(Program):
    """Each replica by itself: its own model, its own optimizer, its own state of the random numbers its layers draw."""

    worth_a_thread = 1

    def __init__(self, training: Training, seeds: Sequence[int], device: torch.device) -> None:
        super().__init__(training, seeds, device)
        self.optimizers = [training.optimizer(replica.model.parameters()) for replica in self.replicas]
        # Layers that draw for themselves (a functional dropout, say) draw from the replica's stream, not the global one.
        self.random = [stream(replica.seed, "layers").get_state() for replica in self.replicas]
        self.draws = _draws(self.replicas[0], training)

    def advance(self, steps: int) -> Tensor:
        losses = torch.empty(len(self.replicas), steps)
        for row, replica in enumerate(self.replicas):
            if not self.draws:
                self._advance(row, replica, losses[row])
                continue
            with DRAWING, torch.random.fork_rng(devices=[]):
                torch.set_rng_state(self.random[row])
                self._advance(row, replica, losses[row])
                self.random[row] = torch.get_rng_state()
        return losses

    def _advance(self, row: int, replica: Replica, losses: Tensor) -> None:
        masks = replica.draw_masks(len(losses))
        for step, batch in enumerate(replica.indices(len(losses))):
            for name, drawn in masks.items():
                replica.model.get_buffer(name).data = drawn[step]
            losses[step] = self._update(replica, self.optimizers[row], batch)

    def _update(self, replica: Replica, optimizer: torch.optim.Optimizer, batch: Tensor) -> Tensor:
        optimizer.zero_grad()
        loss = self.training.loss(replica.model(replica.x_train[batch]), replica.y_train[batch])
        loss.backward()  # type: ignore[no-untyped-call]
        if self.training.clip is not None:
            nn.utils.clip_grad_norm_(replica.model.parameters(), self.training.clip)
        optimizer.step()
        return loss.detach()

    def models(self) -> list[nn.Module]:
        return [replica.model for replica in self.replicas]


def _draws(replica: Replica, training: Training) -> bool:
    """Whether a training step draws from torch's global random state, seen by taking one with a copy."""
    model = copy.deepcopy(replica.model)
    with torch.random.fork_rng(devices=[]):
        before = torch.get_rng_state()
        x, y = replica.x_train[: replica.batch], replica.y_train[: replica.batch]
        training.loss(model(x), y).backward()  # type: ignore[no-untyped-call]
        return not torch.equal(before, torch.get_rng_state())
