"""Where the parameters of stacked replicas lie: a matrix with a row a replica, of which every parameter is a view.

One optimizer updates any run of rows as if it were a single parameter, so replicas of other learning rates, optimizers or
schedules stand in one program; a norm over a row is the norm of a replica's gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

import torch
from torch import Tensor, nn

from seodang.experiment import Training, Turn
from seodang.training.replica import Replica

ALIGNED = 16
"""Numbers a cache line holds (64 bytes of float32). Every parameter begins at one: where a tensor begins decides which
kernels read it, and if that depended on the number of replicas, so would their numbers."""


class Rows:
    """Some parameters of some replicas, and their gradients: two (replicas, row) matrices and their views by name."""

    def __init__(self, stacked: dict[str, Tensor], channels_last: bool) -> None:
        self.values, self.views = _laid_out(stacked, channels_last)
        self.gradient, self.gradients = _laid_out(stacked, channels_last)
        for name, value in stacked.items():
            self.views[name].copy_(value)


def _laid_out(stacked: dict[str, Tensor], channels_last: bool) -> tuple[Tensor, dict[str, Tensor]]:
    """A matrix of noughts, and in it a view of the shape of each (replicas, ...) parameter."""
    first = next(iter(stacked.values()))
    sizes = [value[0].numel() for value in stacked.values()]
    padded = [-(-size // ALIGNED) * ALIGNED for size in sizes]
    matrix = first.new_zeros(len(first), sum(padded))
    views, start = {}, 0
    for (name, value), size, room in zip(stacked.items(), sizes, padded, strict=True):
        views[name] = _shaped(matrix[:, start : start + size], value.shape, channels_last)
        start += room
    return matrix, views


def _shaped(numbers: Tensor, shape: torch.Size, channels_last: bool) -> Tensor:
    """(replicas, size) numbers in a shape; the kernels of pictures, if wanted, in the order in which they are fastest."""
    if not channels_last or len(shape) != 5:
        return numbers.view(shape)
    replicas, outputs, inputs, height, width = shape
    return numbers.view(replicas, outputs, height, width, inputs).permute(0, 1, 4, 2, 3)


class Update:
    """The optimizer of a run of rows that share a training, and its schedule."""

    def __init__(self, training: Training, turn: Turn, blocks: Sequence[Rows], rows: slice) -> None:
        self.training = training
        self.parameters = []
        for block in blocks:
            parameter = nn.Parameter(block.values[rows])
            parameter.grad = block.gradient[rows]
            self.parameters.append(parameter)
        self.optimizer = turn.optimizer(self.parameters)
        self.schedule = None if training.schedule is None else training.schedule(self.optimizer)

    @property
    def cycles_momentum(self) -> bool:
        """Whether the schedule changes more than the learning rate (OneCycleLR, CyclicLR)."""
        return bool(getattr(self.schedule, "cycle_momentum", False))

    def next_rate(self) -> float:
        """The learning rate of the next step, when somebody else takes the step."""
        rate = float(self.optimizer.param_groups[0]["lr"])
        if self.schedule is not None:
            self.schedule.step()
        return rate

    def step(self) -> None:
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()


class Player:
    """One turn of stacked replicas: the blocks of parameters it updates, and who updates which rows of them."""

    def __init__(self, number: int, replicas: Sequence[Replica], blocks: Sequence[Rows]) -> None:
        self.number = number
        self.objective = replicas[0].kin.players[number].objective
        self.blocks = blocks
        self.views = {name: view for block in blocks for name, view in block.views.items()}
        self.gradients = {name: view for block in blocks for name, view in block.gradients.items()}
        self.updates = []
        start = 0
        for _, group in groupby(replicas, key=lambda replica: id(replica.training)):
            run = list(group)
            training = run[0].training
            rows = slice(start, start + len(run))
            self.updates.append(Update(training, training.players[number], blocks, rows))
            start += len(run)
        largest = [float("inf") if r.training.clip is None else r.training.clip for r in replicas]
        self.clip = None if min(largest) == float("inf") else self.blocks[0].values.new_tensor(largest)

    def take(self, gradients: Sequence[Tensor], first: bool) -> None:
        """Take the gradients of a batch, in the order of the views; those of further batches of a step are added."""
        copy = torch._foreach_copy_ if first else torch._foreach_add_
        copy(list(self.gradients.values()), list(gradients))

    def step(self, count: int) -> None:
        """Update every row from the mean of the gradients of `count` batches."""
        for block in self.blocks if count > 1 else ():
            block.gradient.mul_(1 / count)
        if self.clip is not None:
            clip_norms([block.gradient for block in self.blocks], self.clip)
        for update in self.updates:
            update.step()


def clip_norms(gradients: Sequence[Tensor], largest: Tensor) -> None:
    """Scale each row of gradients to a norm of at most `largest` (replicas,), as torch.nn.utils.clip_grad_norm_ one's."""
    squares = torch.stack([gradient.square().sum(1) for gradient in gradients]).sum(0)
    scale = (largest / (squares.sqrt() + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(scale[:, None])


def players(replicas: Sequence[Replica], stacked: dict[str, Tensor], channels_last: bool) -> list[Player]:
    """The players of a step. Parameters that the same turns update lie in one block, so no turn copies another's."""
    turns = replicas[0].kin.players
    for turn in turns:
        turn.refuse_unknown_parts(stacked)
    blocks: dict[tuple[int, ...], Rows] = {}
    key: Callable[[str], tuple[int, ...]] = lambda name: tuple(n for n, turn in enumerate(turns) if turn.updates(name))  # noqa: E731
    for members in dict.fromkeys(map(key, stacked)):
        if members:
            blocks[members] = Rows({name: value for name, value in stacked.items() if key(name) == members}, channels_last)
    return [
        Player(number, replicas, [block for members, block in blocks.items() if number in members])
        for number in range(len(turns))
    ]
