"""The plain loop: one replica after another, as PyTorch is written everywhere. The oracle of every other strategy."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from seodang.experiment import Batch, Turn
from seodang.training.dropout import begin
from seodang.training.program import Program
from seodang.training.replica import DRAWING, Replica, drawing_from, stream


class Player:
    """One turn of one replica: the parameters it updates, and the optimizer that does it."""

    def __init__(self, replica: Replica, turn: Turn) -> None:
        self.objective = turn.objective
        self.clip = replica.training.clip
        named = [(name, p) for name, p in replica.model.named_parameters() if p.requires_grad]
        turn.refuse_unknown_parts([name for name, _ in named])
        self.parameters = [p for name, p in named if turn.updates(name)]
        self.others = [p for name, p in named if not turn.updates(name)]
        self.optimizer = turn.optimizer(self.parameters)
        schedule = replica.training.schedule
        self.schedule = None if schedule is None else schedule(self.optimizer)

    def update(self, model: nn.Module, batches: Iterator[Batch], count: int) -> Tensor:
        """One update from the mean gradient of `count` batches; the mean loss."""
        self.optimizer.zero_grad()
        losses = []
        with _frozen(self.others):
            for batch in batches:
                loss = self.objective(model, batch)
                (loss / count if count > 1 else loss).backward()  # type: ignore[no-untyped-call]
                losses.append(loss.detach())
        if self.clip is not None:
            nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return torch.stack(losses).mean()


class Loop(Program):
    """Each replica by itself: its own model, its own optimizers, its own state of the random numbers its layers draw."""

    worth_a_thread = 1

    def __init__(self, replicas: Sequence[Replica]) -> None:
        super().__init__(replicas)
        self.players = [[Player(replica, turn) for turn in replica.training.players] for replica in self.replicas]
        # Layers that draw for themselves (a functional dropout, say) draw from the replica's stream, not the global one.
        self.random = [stream(replica.seed, "layers").get_state() for replica in self.replicas]
        self.draws = _draws(self.replicas[0])

    def advance(self, steps: int) -> Tensor:
        losses = torch.zeros(len(self.replicas), steps, len(self.players[0]))
        for row in range(len(self.replicas)):
            if row in self.frozen:
                continue
            if not self.draws:
                self._advance(row, losses[row])
                continue
            with drawing_from(self.random[row]):
                self._advance(row, losses[row])
                self.random[row] = torch.get_rng_state()
        return losses

    def _advance(self, row: int, losses: Tensor) -> None:
        replica, count = self.replicas[row], self.replicas[row].training.accumulate
        drawn = Drawn(replica, len(losses) * count)
        for step in range(len(losses)):
            for turn, player in enumerate(self.players[row]):
                losses[step, turn] = player.update(replica.model, drawn.batches(step * count, count, turn), count)

    def gradients(self, row: int) -> dict[str, Tensor]:
        named = self.replicas[row].model.named_parameters()
        return {name: parameter.grad for name, parameter in named if parameter.grad is not None}


class Drawn:
    """The next batches of a replica, with their noise and masks."""

    def __init__(self, replica: Replica, count: int) -> None:
        self.replica = replica
        self.order, self.noise, self.masks = replica.indices(count), replica.draw_noise(count), replica.draw_masks(count)

    def batches(self, first: int, count: int, turn: int) -> Iterator[Batch]:
        """Some batches for one turn; the masks of each are in place while it is looked at."""
        replica = self.replica
        for number in range(first, first + count):
            if self.masks:
                for name, drawn in self.masks.items():
                    replica.model.get_buffer(name).data = drawn[number]
                begin(replica.model, turn)
            chosen = self.order[number]
            yield Batch(replica.x_train[chosen], replica.y_train[chosen], *(one[number, turn] for one in self.noise))


@contextmanager
def _frozen(parameters: Sequence[nn.Parameter]) -> Iterator[None]:
    """Parameters of other players take no gradient meanwhile."""
    for parameter in parameters:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad_(True)


def _draws(replica: Replica) -> bool:
    """Whether a training step draws from torch's global random state, seen by taking one with a copy."""
    model, drawn = copy.deepcopy(replica.model), replica.any_batch()
    with DRAWING, torch.random.fork_rng(devices=[]):
        before = torch.get_rng_state()
        for turn in replica.training.players:
            turn.objective(model, drawn).backward()  # type: ignore[no-untyped-call]
        return not torch.equal(before, torch.get_rng_state())
