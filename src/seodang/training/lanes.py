"""Units of work on threads of this process: a unit is a program and its replicas, a lane is a thread that trains units."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor

from seodang.training.looks import Looks
from seodang.training.program import Program
from seodang.training.replica import Replica

FIRST_CHUNK = 4
"""Steps before the first look at the clock."""
LOOK_AFTER = 0.25
"""Seconds between two looks at the clock, as near as can be: often enough to show progress and to stop soon."""


class Stopped(Exception):
    """Training was asked to stop; nothing of the unfinished replicas is kept."""


@dataclass
class Unit:
    """Replicas that one program trains, and, once it has, their losses and looks."""

    strategy: type[Program]
    replicas: list[Replica]
    losses: Tensor = field(default_factory=lambda: torch.empty(0))
    looks: list[Looks] = field(default_factory=list)

    @property
    def steps(self) -> int:
        return self.replicas[0].training.steps


Told = Callable[[Unit, int], bool]
"""Of a unit and the steps that it has done: whether to go on."""


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parts(replicas: Sequence[Replica], count: int) -> list[list[Replica]]:
    """Consecutive parts whose sizes differ by one at most."""
    edges = [round(len(replicas) * part / count) for part in range(count + 1)]
    return [list(replicas[a:b]) for a, b in pairwise(edges) if b > a]


@contextmanager
def one_thread() -> Iterator[None]:
    """Train on one thread: the operations of small networks are too short to share, and waiting for one another costs more.

    Beside another busy process two threads were measured 2.9 times (and more) slower than one.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def run(units: Sequence[Unit], lanes: int, told: Told) -> list[Unit]:
    """Train every unit, as many at a time as there are lanes; the finished ones, split where memory asked for it.

    `told` is called in this thread. Raises Stopped when it returns False, and whatever a training raises.
    """
    waiting, finished = deque(units), list[Unit]()
    news: queue.SimpleQueue[tuple[Unit, int] | None] = queue.SimpleQueue()
    stop = threading.Event()

    def lane() -> None:
        try:
            while not stop.is_set():
                try:
                    unit = waiting.popleft()
                except IndexError:
                    return
                try:
                    _train(unit, stop, lambda done: news.put((unit, done)))  # noqa: B023 (called before the next unit)
                    finished.append(unit)
                except torch.OutOfMemoryError:
                    if len(unit.replicas) < 2:
                        raise  # what cannot be halved does not fit
                    waiting.extendleft(_halves(unit))
        finally:
            news.put(None)

    lanes = max(1, min(lanes, len(units)))
    with ThreadPoolExecutor(lanes) as threads:
        running = [threads.submit(lane) for _ in range(lanes)]
        try:
            while lanes:
                heard = news.get()
                if heard is None:
                    lanes -= 1
                elif not stop.is_set() and not told(*heard):
                    raise Stopped(f"stopped after {heard[1]} of {heard[0].steps} steps")
        finally:
            stop.set()
    for one in running:
        one.result()
    return finished


def _train(unit: Unit, stop: threading.Event, report: Callable[[int], None]) -> None:
    """Train a unit to its end, or until it is asked to stop."""
    program = unit.strategy(unit.replicas)
    unit.looks = [Looks(replica) for replica in unit.replicas]
    losses, done, chunk = [], 0, FIRST_CHUNK
    while done < unit.steps and not stop.is_set() and any(look.stopped is None for look in unit.looks):
        steps = min(chunk, min(look.next_after(done) for look in unit.looks) - done)
        began = time.perf_counter()
        losses.append(program.advance(steps))
        done += steps
        # What a short chunk before a look says of the clock is no reason to take shorter ones ever after.
        fitting = round(steps * LOOK_AFTER / max(time.perf_counter() - began, 1e-9))
        chunk = max(1, min(2 * chunk, fitting))
        for row, look in enumerate(unit.looks):
            if look.take(done, program.gradients(row)):
                program.freeze(row)
        report(done)
    unit.losses = torch.cat(losses, dim=1) if losses else unit.losses


def _halves(unit: Unit) -> list[Unit]:
    """The same work begun anew in two programs."""
    if unit.replicas[0].device.type == "cuda":
        torch.cuda.empty_cache()
    anew = [Replica(one.training, one.seed, one.device, one.kin) for one in unit.replicas]
    return [Unit(unit.strategy, half) for half in parts(anew, 2)]
