"""Units of work on threads of this process: a unit is a program and its replicas, a lane is a thread that trains units."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
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
    """Replicas that one program trains, how far they are, and what has been seen of them."""

    strategy: type[Program]
    replicas: list[Replica]
    program: Program | None = None
    done: int = 0
    chunk: int = FIRST_CHUNK
    looks: list[Looks] = field(default_factory=list)
    curves: list[Tensor] = field(default_factory=list)

    @property
    def steps(self) -> int:
        return self.replicas[0].training.steps

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to train: the last step is done, or every replica has been stopped."""
        return self.done >= self.steps or (bool(self.looks) and all(look.stopped is not None for look in self.looks))

    @property
    def losses(self) -> Tensor:
        """(replicas, steps, turns) of the steps done."""
        return torch.cat(self.curves, dim=1)

    def advance(self) -> None:
        """Train for about a quarter of a second, and look where a look is due."""
        program = self.begun()
        steps = min(self.chunk, min(look.next_after(self.done) for look in self.looks) - self.done)
        began = time.perf_counter()
        self.curves.append(program.advance(steps))
        spent = time.perf_counter() - began
        self.done += steps
        self.chunk = max(1, min(2 * self.chunk, round(steps * LOOK_AFTER / max(spent, 1e-9))))
        self._look(program)

    def _look(self, program: Program) -> None:
        """Look at all replicas where it is time for one: they were built alike, and looking together costs little more."""
        if any(look.due(self.done) for look in self.looks):
            for look, seen in zip(self.looks, program.look(), strict=False):
                if look.due(self.done):
                    look.note(self.done, seen)
        if any(look.validation_due(self.done) for look in self.looks):
            for look, loss in zip(self.looks, program.validate(), strict=False):
                if look.validation_due(self.done):
                    look.validated(loss)
        for row, look in enumerate(self.looks):
            if look.ends(self.done):
                program.freeze(row)

    def begun(self) -> Program:
        """The program, made when it is needed."""
        if self.program is None:
            self.program = self.strategy(self.replicas)
            self.looks = [Looks(replica) for replica in self.replicas]
        return self.program

    def ended(self) -> None:
        """Nothing more is trained: the replicas are as the program left them."""
        if self.program is not None:
            self.program.close()
            self.program = None

    def halves(self) -> list[Unit]:
        """The same work begun anew in two programs."""
        self.program = None
        if self.replicas[0].device.type == "cuda":
            torch.cuda.empty_cache()
        anew = [Replica(one.training, one.seed, one.device, one.kin) for one in self.replicas]
        return [Unit(self.strategy, half) for half in parts(anew, 2)]


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


@contextmanager
def full_precision() -> Iterator[None]:
    """Products and convolutions in float32 as they are written: a GPU would round their inputs to 10 bits (TF32)."""
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


def run(units: Sequence[Unit], lanes: int, told: Told) -> list[Unit]:
    """Train every unit, as many at a time as there are lanes; the finished ones, split where memory asked for it.

    Lanes take turns with the units, a quarter of a second each, so that all lanes are busy to the end and all curves grow
    together. `told` is called in this thread. Raises Stopped when it returns False, and whatever a training raises.
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
                    unit.advance()
                except torch.OutOfMemoryError:
                    if len(unit.replicas) < 2:
                        raise  # what cannot be halved does not fit
                    waiting.extendleft(unit.halves())
                    continue
                # A single lane sees one unit through before it builds the next: memory holds one program at a time.
                (finished.append if unit.finished else waiting.append if lanes > 1 else waiting.appendleft)(unit)
                news.put((unit, unit.done))
        finally:
            news.put(None)

    lanes = max(1, min(lanes, len(units)))
    busy = lanes
    for unit in units:
        if unit.strategy.early:
            unit.begun()
    with ThreadPoolExecutor(lanes) as threads:
        running = [threads.submit(lane) for _ in range(lanes)]
        try:
            while busy:
                heard = news.get()
                if heard is None:
                    busy -= 1
                elif not stop.is_set() and not told(*heard):
                    raise Stopped(f"stopped after {heard[1]} of {heard[0].steps} steps")
        finally:
            stop.set()
            wait(running)
            for unit in units:
                unit.ended()
    for one in running:
        one.result()
    return finished
