"""PyTorch's loops: the plain one, the one around a DataLoader, and the plain one in two processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection

import numpy as np
import torch

from benchmarks.cases import Case
from benchmarks.contenders import Contender, Losses
from benchmarks.engine import last_turn, loop
from benchmarks.loader import LoaderReplica
from benchmarks.trainings import training


class PlainLoop(Contender):
    """(a) One replica after another on one thread, indices drawn in blocks."""

    def __init__(self, case: Case, seeds: Sequence[int], device: str = "cpu") -> None:
        super().__init__(case, seeds, device)
        torch.set_num_threads(1)
        self.programs = loop(case, seeds, device)

    def advance(self, steps: int) -> Losses:
        return last_turn(torch.cat([program.advance(steps) for program in self.programs]))


class LoaderLoop(Contender):
    """(b) The loop a learner writes, with as many threads as torch takes by itself."""

    def __init__(self, case: Case, seeds: Sequence[int], device: str = "cpu") -> None:
        super().__init__(case, seeds, device)
        made = training(case)
        self.replicas = [LoaderReplica(made, seed, device) for seed in seeds]

    def advance(self, steps: int) -> Losses:
        return np.array([replica.train(steps) for replica in self.replicas])


class TwoProcesses(Contender):
    """(c) The plain loop in two processes, half of the replicas each."""

    def __init__(self, case: Case, seeds: Sequence[int], device: str = "cpu") -> None:
        super().__init__(case, seeds, device)
        context = multiprocessing.get_context("fork")
        middle = len(seeds) // 2
        self.lines = []
        for half in (seeds[:middle], seeds[middle:]):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(case, half, device, there))
            process.start()
            self.lines.append((here, process))

    def advance(self, steps: int) -> Losses:
        for here, _ in self.lines:
            here.send(steps)
        return np.concatenate([here.recv() for here, _ in self.lines])

    def close(self) -> None:
        for here, process in self.lines:
            here.send(0)
            process.join()


def _serve(case: Case, seeds: Sequence[int], device: str, line: Connection) -> None:
    contender = PlainLoop(case, seeds, device)
    while steps := line.recv():
        line.send(contender.advance(steps))
