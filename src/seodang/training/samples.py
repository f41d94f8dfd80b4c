"""The batches of stacked replicas: what every replica needs for its next steps, gathered in few operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from seodang.training.replica import Replica

TOGETHER = 64 << 20
"""Bytes: training sets up to this size in all are laid side by side, so that one operation gathers from all of them."""
AHEAD = 4 << 20
"""Bytes of batches and masks that are gathered ahead at a time: enough to be one operation, small enough for the cache."""


class Samples:
    """The training sets of some replicas, whose sizes are equal, and the batches drawn from them."""

    def __init__(self, replicas: Sequence[Replica]) -> None:
        self.replicas = replicas
        first = replicas[0]
        inputs = sum(replica.x_train.numel() * replica.x_train.element_size() for replica in replicas)
        equal = all(replica.x_train.shape == first.x_train.shape for replica in replicas)
        self.together = (
            (torch.cat([r.x_train for r in replicas]), torch.cat([r.y_train for r in replicas]))
            if equal and inputs <= TOGETHER
            else None
        )
        sample = first.x_train[0].numel() * first.x_train.element_size()
        step = len(replicas) * (first.batch * sample + first.masks.bytes)
        self.ahead = max(1, AHEAD // max(step, 1))

    def portions(self, steps: int) -> Iterator[tuple[Tensor, Tensor, dict[str, Tensor]]]:
        """Some steps at a time: inputs and targets (steps, replicas, batch, ...), masks (steps, replicas, ...) by name."""
        for begun in range(0, steps, self.ahead):
            some = min(self.ahead, steps - begun)
            order = torch.stack([replica.indices(some) for replica in self.replicas], dim=1)  # (steps, replicas, batch)
            drawn = [replica.draw_masks(some) for replica in self.replicas]
            masks = {name: torch.stack([one[name] for one in drawn], dim=1) for name in drawn[0]}
            if self.together is None:
                x, y = (torch.stack(parts) for parts in zip(*map(self._one_by_one, order), strict=True))
            else:
                x, y = (self._gather(whole, order) for whole in self.together)
            yield x, y, masks

    def batches(self, steps: int) -> Iterator[tuple[Tensor, Tensor, dict[str, Tensor]]]:
        """For each step: inputs and targets (replicas, batch, ...), masks (replicas, ...) by name."""
        for x, y, masks in self.portions(steps):
            for step in range(len(x)):
                yield x[step], y[step], {name: mask[step] for name, mask in masks.items()}

    def _gather(self, whole: Tensor, order: Tensor) -> Tensor:
        """(steps, replicas, batch, ...) of samples that lie one replica after another in `whole`."""
        size = len(whole) // len(self.replicas)
        starts = torch.arange(0, len(whole), size, device=whole.device)[:, None]
        gathered = whole.index_select(0, (order + starts).reshape(-1))
        return gathered.view(*order.shape, *whole.shape[1:])

    def _one_by_one(self, order: Tensor) -> tuple[Tensor, Tensor]:
        rows = list(zip(self.replicas, order, strict=True))
        return (
            torch.stack([replica.x_train[indices] for replica, indices in rows]),
            torch.stack([replica.y_train[indices] for replica, indices in rows]),
        )
