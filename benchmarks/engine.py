"""Where the benchmarks touch what is inside `seodang.training`: only here, so that a change of the engine is met here."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.cases import Case
from benchmarks.contenders import Contender, Losses, cores
from benchmarks.trainings import training
from seodang.experiment import Training
from seodang.training import Loop, Program, plans_for, train, units_of
from seodang.training.memory import keep_memory
from seodang.training.replica import Replica, initial_model, stream

PARTS = 4
"""Parts in which lanes take turns with programs during one timing."""
LONG = 1000
"""Steps that are announced to the engine where it is asked how it would train for long."""

__all__ = ["Seodang", "initial", "last_turn", "loop", "split", "stream"]


def split(training: Training, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The data of a seed, as the engine draws it."""
    return training.data(stream(seed, "split"))


def initial(training: Training, seed: int) -> nn.Module:
    """The untrained model of a seed, as the engine makes it."""
    return initial_model(training, seed, torch.device("cpu"))


def loop(case: Case, seeds: Sequence[int], device: str) -> list[Program]:
    """The replicas in the plain loop, the oracle of the engine."""
    made, place = training(case, LONG), torch.device(device)
    return [Loop([Replica(made, seed, place) for seed in seeds])]


def chosen(case: Case, seeds: Sequence[int], device: str) -> list[Program]:
    """The replicas in the programs that the engine chooses for a long training: `train_arms` without clock and looks."""
    arms, place = {"": training(case, LONG)}, torch.device(device)
    lanes = 1 if place.type == "cuda" else cores()
    keep_memory()
    units = units_of(arms, seeds, plans_for(arms, place.type), place, lanes)
    return [unit.strategy(unit.replicas) for unit in units]


def whole(case: Case, seeds: Sequence[int], device: str, steps: int) -> list[Tensor]:
    """Train as one who calls the engine does; the losses of each replica."""
    return [trained.losses for trained in train(training(case, steps), seeds, device=device)]


class Seodang(Contender):
    """What `seodang.training` chooses by itself: strategy and threads."""

    def __init__(self, case: Case, seeds: Sequence[int], device: str = "cpu") -> None:
        super().__init__(case, seeds, device)
        torch.set_num_threads(1)
        self.programs: list[Program] = []

    def advance(self, steps: int) -> Losses:
        if not self.programs:
            self.programs = chosen(self.case, self.seeds, self.device)
            self.pool = ThreadPoolExecutor(min(cores(), len(self.programs)))
        return last_turn(torch.cat(self._in_turns(steps)))

    def _in_turns(self, steps: int) -> list[Tensor]:
        """As the engine's lanes do: each takes a program for a part of its steps, then the next that waits."""
        waiting = deque((program, steps, list[Tensor]()) for program in self.programs)
        made = [losses for _, _, losses in waiting]
        part = -(-steps // PARTS)

        def lane() -> None:
            while True:
                try:
                    program, left, losses = waiting.popleft()
                except IndexError:
                    return
                losses.append(program.advance(min(part, left)))
                if left > part:
                    waiting.append((program, left - part, losses))

        for one in [self.pool.submit(lane) for _ in range(min(cores(), len(self.programs)))]:
            one.result()
        return [torch.cat(losses, dim=1) for losses in made]

    def whole(self, steps: int) -> Losses:
        losses = whole(self.case, self.seeds, self.device, steps)
        return last_turn(torch.stack([one.view(steps, -1) for one in losses]))

    def close(self) -> None:
        if self.programs:
            self.pool.shutdown()


def last_turn(losses: Tensor) -> Losses:
    """(replicas, steps, turns) -> (replicas, steps): the loss of the last player, as the other contenders report it."""
    found: Losses = losses[:, :, -1].cpu().numpy().astype(np.float64)
    return found
