"""What a person would run: each trains the replicas of a case and is asked for some steps at a time."""

from __future__ import annotations

import multiprocessing
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

import torch
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.cases import Case
from seodang.training import STRATEGIES, _lanes, _parts, strategy_for
from seodang.training.loop import Loop
from seodang.training.replica import Replica
from seodang.training.stacked import Stacked, stackable

CPU = torch.device("cpu")


class Contender(ABC):
    """One way of training all replicas of a case."""

    name: str

    def __init__(self, case: Case) -> None:
        self.case = case
        self.seeds = range(case.replicas)

    @staticmethod
    def can(case: Case) -> bool:  # noqa: ARG004 (others look)
        """Whether it can do this work at all."""
        return True

    @abstractmethod
    def advance(self, steps: int) -> None:
        """Train every replica for some more steps."""

    def close(self) -> None:  # noqa: B027 (most hold nothing)
        """Give back what it holds."""


class PlainLoop(Contender):
    """(a) One replica after another, indices drawn in blocks, on one thread."""

    name = "plain loop"

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.program = Loop(case.training, self.seeds, CPU)

    def advance(self, steps: int) -> None:
        self.program.advance(steps)


class LoaderLoop(Contender):
    """(b) The loop a learner writes, around a DataLoader."""

    name = "DataLoader loop"

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.replicas = [Replica(case.training, seed, CPU) for seed in self.seeds]
        self.optimizers = [case.training.optimizer(replica.model.parameters()) for replica in self.replicas]
        self.batches = [self._batches(replica) for replica in self.replicas]

    def _batches(self, replica: Replica) -> Iterator[list[torch.Tensor]]:
        loader = DataLoader(TensorDataset(replica.x_train, replica.y_train), self.case.training.batch, shuffle=True)
        while True:
            yield from loader

    def advance(self, steps: int) -> None:
        for replica, optimizer, batches in zip(self.replicas, self.optimizers, self.batches, strict=True):
            for _ in range(steps):
                x, y = next(batches)
                optimizer.zero_grad()
                self.case.training.loss(replica.model(x), y).backward()  # type: ignore[no-untyped-call]
                optimizer.step()


class TwoProcesses(Contender):
    """(c) The plain loop in two processes, half of the replicas each."""

    name = "loop, 2 processes"

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        context = multiprocessing.get_context("fork")
        self.lines = []
        for part in _parts(self.seeds, 2):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(case, list(part), there), daemon=True)
            process.start()
            self.lines.append((here, process))
        for here, _ in self.lines:
            here.recv()

    def advance(self, steps: int) -> None:
        for here, _ in self.lines:
            here.send(steps)
        for here, _ in self.lines:
            here.recv()

    def close(self) -> None:
        for here, process in self.lines:
            here.send(None)
            process.join()


def _serve(case: Case, seeds: list[int], line: Connection) -> None:
    torch.set_num_threads(1)
    program = Loop(case.training, seeds, CPU)
    line.send(None)
    while (steps := line.recv()) is not None:
        program.advance(steps)
        line.send(None)


class ScikitLearn(Contender):
    """(d) MLPClassifier with the same layers, batch and Adam; it counts in epochs."""

    name = "scikit-learn"

    def __init__(self, case: Case) -> None:
        from sklearn.neural_network import MLPClassifier

        super().__init__(case)
        training = case.training
        activation = "tanh" if len(case.hidden or ()) > 4 else "relu"
        self.models = [
            MLPClassifier(case.hidden, activation=activation, batch_size=training.batch, random_state=seed)
            for seed in self.seeds
        ]
        split = training.data(torch.Generator().manual_seed(0))
        self.x, self.y = (part.numpy() for part in split[:2])

    @staticmethod
    def can(case: Case) -> bool:
        return case.hidden is not None

    def advance(self, steps: int) -> None:
        needed = steps * self.case.training.batch
        rows = [slice(0, len(self.x))] * (needed // len(self.x)) + [slice(0, needed % len(self.x))]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for model in self.models:
                for part in rows:
                    if part.stop:
                        model.partial_fit(self.x[part], self.y[part], classes=range(10))


class Ensembling(Contender):
    """(f) torch.func as in PyTorch's own tutorial on ensembling: stacked, vmapped, not captured."""

    name = "torch.func stack"

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.program = Stacked(case.training, self.seeds, CPU)

    @staticmethod
    def can(case: Case) -> bool:
        return stackable(case.training)

    def advance(self, steps: int) -> None:
        self.program.advance(steps)


class Seodang(Contender):
    """What `seodang.training` chooses by itself: strategy and threads."""

    name = "seodang"

    def __init__(self, case: Case) -> None:
        import dataclasses

        super().__init__(case)
        chosen = STRATEGIES[strategy_for(dataclasses.replace(case.training, steps=1000))]
        threads = _lanes(case.replicas, chosen.worth_a_thread)
        self.programs = [chosen(case.training, part, CPU) for part in _parts(self.seeds, threads)]
        self.pool = ThreadPoolExecutor(threads)

    def advance(self, steps: int) -> None:
        list(self.pool.map(lambda program: program.advance(steps), self.programs))

    def close(self) -> None:
        self.pool.shutdown()


CONTENDERS: tuple[type[Contender], ...] = (PlainLoop, LoaderLoop, TwoProcesses, ScikitLearn, Ensembling, Seodang)
