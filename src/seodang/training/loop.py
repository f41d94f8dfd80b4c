"""The plain loop: one replica after another, as PyTorch is written everywhere. The oracle of every other strategy."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from seodang.experiment import Training
from seodang.training.program import Program
from seodang.training.replica import Replica, stream


class Loop(Program):
    """Each replica by itself: its own model, its own optimizer, its own state of the random numbers its layers draw."""

    def __init__(self, training: Training, seeds: Sequence[int], device: torch.device) -> None:
        super().__init__(training, seeds, device)
        self.optimizers = [training.optimizer(replica.model.parameters()) for replica in self.replicas]
        # Layers that draw for themselves (a functional dropout, say) draw from the replica's stream, not the global one.
        self.random = [stream(replica.seed, "layers").get_state() for replica in self.replicas]

    def advance(self, steps: int) -> Tensor:
        losses = torch.empty(len(self.replicas), steps)
        for row, (replica, optimizer) in enumerate(zip(self.replicas, self.optimizers, strict=True)):
            with torch.random.fork_rng(devices=[]):
                torch.set_rng_state(self.random[row])
                masks = replica.draw_masks(steps)
                for step, batch in enumerate(replica.indices(steps)):
                    for name, drawn in masks.items():
                        replica.model.get_buffer(name).data = drawn[step]
                    losses[row, step] = self._update(replica, optimizer, batch)
                self.random[row] = torch.get_rng_state()
        return losses

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
