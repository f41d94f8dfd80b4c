"""Which samples and what else stacked replicas need for their next steps, drawn ahead in few operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from seodang.training.replica import Replica

TOGETHER = 64 << 20
"""Bytes: training sets up to this size in all are laid side by side, so that one operation gathers from all of them."""
AHEAD = 4 << 20
"""Bytes of indices, masks and noise drawn ahead at a time: enough to be one operation, small enough for the cache."""


class Portion(NamedTuple):
    """What some steps of all replicas need; each step has as many batches as are accumulated for one update.

    The samples themselves are gathered step by step: a batch just gathered is still in the cache when the step reads it.
    """

    order: Tensor  # (steps, batches, replicas, batch) rows of the training sets
    masks: dict[str, Tensor]  # (steps, batches, replicas, ...)
    noise: tuple[Tensor, ...]  # one or none: (steps, batches, turns, replicas, batch, ...)

    def since(self, step: int) -> Portion:
        """The portion without its first steps."""
        masks = {name: mask[step:] for name, mask in self.masks.items()}
        return Portion(self.order[step:], masks, tuple(one[step:] for one in self.noise))


class Samples:
    """The training sets of some replicas, and the batches drawn from them."""

    def __init__(self, replicas: Sequence[Replica]) -> None:
        self.replicas = replicas
        self.count = replicas[0].training.accumulate
        inputs, targets = [replica.x_train for replica in replicas], [replica.y_train for replica in replicas]
        size = sum(x.numel() * x.element_size() for x in inputs)
        equal = all(x.shape == inputs[0].shape for x in inputs)
        self.x, self.y = ([torch.cat(inputs)], [torch.cat(targets)]) if equal and size <= TOGETHER else (inputs, targets)
        """Inputs and targets: of all replicas one after another in one tensor, or one tensor a replica."""
        self.starts = torch.arange(len(replicas)) * (len(inputs[0]) if len(self.x) == 1 else 0)
        noise = sum(one.numel() * one.element_size() for one in (replicas[0].any_batch().noise,) if one is not None)
        step = len(replicas) * self.count * (8 * replicas[0].batch + replicas[0].masks.bytes + noise)
        self.ahead = max(1, AHEAD // step)

    def portions(self, steps: int) -> Iterator[Portion]:
        """All that the next steps need, some steps at a time."""
        for begun in range(0, steps, self.ahead):
            batches = min(self.ahead, steps - begun) * self.count
            order = torch.stack([replica.indices(batches) for replica in self.replicas], dim=1)  # (batches, replicas, batch)
            order += self.starts.to(order.device)[:, None]
            drawn = [replica.draw_masks(batches) for replica in self.replicas]
            masks = {name: torch.stack([one[name] for one in drawn], dim=1) for name in drawn[0]}
            noises = zip(*(replica.draw_noise(batches) for replica in self.replicas), strict=True)
            noise = tuple(torch.stack(parts, dim=2) for parts in noises)
            yield Portion(
                self._in_steps(order),
                {name: self._in_steps(mask) for name, mask in masks.items()},
                tuple(self._in_steps(one) for one in noise),
            )

    def _in_steps(self, batches: Tensor) -> Tensor:
        return batches.view(-1, self.count, *batches.shape[1:])


def gathered(sets: list[Tensor], rows: Tensor) -> Tensor:
    """(replicas, batch, ...) samples of sets that lie one after another in one tensor, or in one tensor a replica."""
    if len(sets) == 1:
        chosen = sets[0].index_select(0, rows.view(-1))
        return chosen.view(list(rows.shape) + list(chosen.shape[1:]))
    return torch.stack([one.index_select(0, rows[index]) for index, one in enumerate(sets)])
