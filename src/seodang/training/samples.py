"""The batches of stacked replicas: what every replica needs for its next steps, gathered in few operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from seodang.training.replica import Replica

TOGETHER = 64 << 20
"""Bytes: training sets up to this size in all are laid side by side, so that one operation gathers from all of them."""
AHEAD = 4 << 20
"""Bytes of batches and masks that are gathered ahead at a time: enough to be one operation, small enough for the cache."""


class Portion(NamedTuple):
    """What some steps of all replicas need; each step has as many batches as are accumulated for one update."""

    x: Tensor  # (steps, batches, replicas, batch, ...)
    y: Tensor
    masks: dict[str, Tensor]  # (steps, batches, replicas, ...)
    noise: tuple[Tensor, ...]  # one or none: (steps, batches, turns, replicas, batch, ...)

    def __len__(self) -> int:
        return len(self.x)


class Samples:
    """The training sets of some replicas, whose sizes are equal, and the batches drawn from them."""

    def __init__(self, replicas: Sequence[Replica]) -> None:
        self.replicas = replicas
        first = replicas[0]
        self.count = first.training.accumulate
        inputs = sum(replica.x_train.numel() * replica.x_train.element_size() for replica in replicas)
        equal = all(replica.x_train.shape == first.x_train.shape for replica in replicas)
        self.together = (
            (torch.cat([r.x_train for r in replicas]), torch.cat([r.y_train for r in replicas]))
            if equal and inputs <= TOGETHER
            else None
        )
        sample = first.x_train[0].numel() * first.x_train.element_size()
        step = len(replicas) * self.count * (first.batch * sample + first.masks.bytes)
        self.ahead = max(1, AHEAD // max(step, 1))

    def portions(self, steps: int) -> Iterator[Portion]:
        """All that the next steps need, some steps at a time."""
        for begun in range(0, steps, self.ahead):
            some = min(self.ahead, steps - begun)
            batches = some * self.count
            order = torch.stack([replica.indices(batches) for replica in self.replicas], dim=1)  # (batches, replicas, batch)
            drawn = [replica.draw_masks(batches) for replica in self.replicas]
            masks = {name: torch.stack([one[name] for one in drawn], dim=1) for name in drawn[0]}
            noises = zip(*(replica.draw_noise(batches) for replica in self.replicas), strict=True)
            noise = tuple(torch.stack(parts, dim=2) for parts in noises)
            if self.together is None:
                x, y = (torch.stack(parts) for parts in zip(*map(self._one_by_one, order), strict=True))
            else:
                x, y = (self._gather(whole, order) for whole in self.together)
            yield Portion(
                self._in_steps(x),
                self._in_steps(y),
                {name: self._in_steps(mask) for name, mask in masks.items()},
                tuple(self._in_steps(one) for one in noise),
            )

    def _in_steps(self, batches: Tensor) -> Tensor:
        return batches.view(-1, self.count, *batches.shape[1:])

    def _gather(self, whole: Tensor, order: Tensor) -> Tensor:
        """(batches, replicas, batch, ...) of samples that lie one replica after another in `whole`."""
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
