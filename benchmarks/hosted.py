"""A contender in a process of its own: what one does to memory, threads or caches is none of another's time."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

from benchmarks.cases import Case
from benchmarks.contenders import Contender, Kind

P = ParamSpec("P")
T = TypeVar("T")
SPAWN = multiprocessing.get_context("spawn")
"""A new interpreter: nothing is inherited, no lock held by a thread that was not copied."""


def apart(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a function of a module returns when a fresh interpreter calls it."""
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        return pool.submit(function, *args, **kwargs).result()


class Hosted:
    """A contender's process, its library imported; every call returns the seconds the work itself took there."""

    def __init__(self, kind: Kind, device: str = "cpu") -> None:
        self.name = kind.name
        self.line, there = SPAWN.Pipe()
        self.process = SPAWN.Process(target=_serve, args=(kind, device, there))
        self.process.start()
        there.close()
        self._heard("its import")

    def build(self, case: Case) -> float:
        """Build the replicas."""
        return self._told("build", case)

    def advance(self, steps: int) -> float:
        """Train every replica for some more steps."""
        return self._told("advance", steps)

    def whole(self, case: Case) -> float:
        """Build the replicas and train them for the case's steps."""
        return self._told("whole", case)

    def _told(self, what: str, given: Case | int) -> float:
        self.line.send((what, given))
        return self._heard(f"{what}({given if isinstance(given, int) else given.name})")

    def _heard(self, during: str) -> float:
        try:
            seconds: float = self.line.recv()
        except EOFError:
            raise RuntimeError(f"{self.name}: its process ended during {during}; what it said stands above") from None
        return seconds

    def close(self) -> None:
        """End the process, if it has not broken down."""
        with suppress(BrokenPipeError):
            self.line.send(None)
        self.process.join()


def _serve(kind: Kind, device: str, line: Connection) -> None:
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # JAX would take most of a GPU for itself
    load = kind.load()
    contender: Contender | None = None
    settled = _settled(device)
    line.send(0.0)
    while told := line.recv():
        what, given = told
        began = time.perf_counter()
        if what == "advance":
            assert contender is not None
            contender.advance(given)
        else:
            contender = load(given, range(given.replicas), device)
            if what == "whole":
                contender.whole(given.steps)
        settled()
        line.send(time.perf_counter() - began)
    if contender is not None:
        contender.close()


def _settled(device: str) -> Callable[[], None]:
    """What waits until the device has done all it was given; TF32 is off, so that products are float32's."""
    if device != "cuda":
        return lambda: None
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    return torch.cuda.synchronize
