"""The loop in processes of its own: the same bits, and nothing left behind."""

import dataclasses
import multiprocessing
import os
import signal
import threading

import pytest
import torch
from torch import Tensor, nn
from training.test_agreement import Branches
from training.test_replicas import same
from training.trainings import CLASSES, training

from seodang.training import STRATEGIES, Stopped, forked, strategy_for, train
from seodang.training.forked import ForkedLoop
from seodang.training.replica import Replica

BRANCHING = dataclasses.replace(training("mlp", "adam", steps=60), model=Branches)


def test_what_cannot_be_written_down_runs_as_the_loop_over_processes() -> None:
    assert strategy_for(BRANCHING) == "forked_loop"
    assert strategy_for(dataclasses.replace(BRANCHING, steps=10)) == "loop"
    assert same(train(BRANCHING, range(5)), train(BRANCHING, range(5), strategy="loop"))


def test_no_process_is_left_when_it_is_done_or_stopped() -> None:
    train(BRANCHING, [0, 1])
    assert not multiprocessing.active_children()
    with pytest.raises(Stopped):
        train(dataclasses.replace(BRANCHING, steps=10**6), [0, 1], progress=lambda done: done < 100)
    assert not multiprocessing.active_children()


class Unlucky(nn.Module):
    """An error that only shows in training, at a value."""

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.Linear(16, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        if float(x.detach().sum()) != 0:
            raise ZeroDivisionError("mine")
        read: Tensor = self.read(x)
        return read


def test_an_error_over_there_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError, match=r"^mine$"):
        train(dataclasses.replace(BRANCHING, model=Unlucky), [0, 1])
    assert not multiprocessing.active_children()


def test_a_process_that_is_killed_is_reported_and_not_waited_for() -> None:
    program = ForkedLoop([Replica(BRANCHING, 0, torch.device("cpu"))])
    program.advance(2)
    assert program.process.pid is not None
    os.kill(program.process.pid, signal.SIGKILL)
    program.process.join()
    with pytest.raises(RuntimeError, match=r"^a training process ended by itself \(exit code -9\)$"):
        program.advance(2)
    program.close()


def test_a_process_forked_while_threads_end_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock that a thread takes while it ends is taken for ever in a process forked then: about one fork in ten."""
    monkeypatch.setattr(forked, "PATIENCE", (0.3, 0.6, 1.2, 2.4, 4.8, 9.6))
    replicas = [Replica(BRANCHING, 0, torch.device("cpu"))]
    matrix = torch.ones(forked.PROBE, forked.PROBE, dtype=torch.float64)
    for _ in range(30):
        threads = [threading.Thread(target=torch.mm, args=(matrix, matrix)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        program = ForkedLoop(replicas)
        assert torch.isfinite(program.advance(1)).all()
        program.close()


def test_the_gradient_is_that_of_the_other_process() -> None:
    here, there = (STRATEGIES[name]([Replica(BRANCHING, 0, torch.device("cpu"))]) for name in ("loop", "forked_loop"))
    for program in (here, there):
        program.advance(3)
    one, other = here.gradients(0), there.gradients(0)
    assert list(one) == list(other)
    assert all(torch.equal(one[name], other[name]) for name in one)
    there.close()
