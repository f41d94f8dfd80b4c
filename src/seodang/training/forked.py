"""The plain loop in a process of its own, for what cannot be written down: threads would wait for one another.

The process is a fork of this one, so that a model defined in a notebook need not be found by name; it ends with the program.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import warnings
import weakref
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import torch
from torch import Tensor

from seodang.training.loop import Loop
from seodang.training.program import Program
from seodang.training.replica import Replica

READY = b"ready"
PATIENCE = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds to wait for a forked process's first product, a try after another; it takes milliseconds."""
PROBE = 40
"""Rows of a product large enough that MKL allocates for it."""


def can_fork() -> bool:
    """Whether this process can be forked: not on Windows, not safely on macOS, not once a GPU is in use."""
    on_a_gpu = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    return sys.platform == "linux" and not on_a_gpu and not multiprocessing.current_process().daemon


class ForkedLoop(Program):
    """A `Loop` elsewhere, told by a pipe what to do; the models here are brought up to date after every chunk of steps."""

    worth_a_thread = 1
    early = True

    def __init__(self, replicas: Sequence[Replica]) -> None:
        super().__init__(replicas)
        self.line, self.process = _forked(self.replicas)
        self._end = weakref.finalize(self, _ended, self.line, self.process)

    def advance(self, steps: int) -> Tensor:
        losses, states = self._asked("advance", steps)
        for row, state in enumerate(states):
            if row not in self.frozen:
                self.replicas[row].take(state)
        made: Tensor = losses
        return made

    def gradients(self, row: int) -> dict[str, Tensor]:
        made: dict[str, Tensor] = self._asked("gradients", row)
        return made

    def freeze(self, row: int) -> None:
        super().freeze(row)
        self._asked("freeze", row)

    def close(self) -> None:
        self._end()

    def _asked(self, what: str, number: int) -> Any:
        """What the other process answers. Raises what was raised there."""
        try:
            self.line.send_bytes(pickle.dumps((what, number)))
            well, answer = pickle.loads(self.line.recv_bytes())
        except (EOFError, ConnectionError):
            raise RuntimeError(f"a training process ended by itself (exit code {self.process.exitcode})") from None
        if not well:
            raise answer
        return answer


def _forked(replicas: Sequence[Replica]) -> tuple[Connection, BaseProcess]:
    """A process that has shown that it can compute, and the line to it.

    A thread that ends takes a lock of MKL's for a moment, after Python has joined it. A process forked in that moment has
    the lock taken for ever and hangs in its first product (6 of 82 forks, each right after two threads); it is forked again.
    """
    context = multiprocessing.get_context("fork")
    for patience in PATIENCE:
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(replicas, here, there), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads: see above
            process.start()
        there.close()
        with contextlib.suppress(EOFError):
            if here.poll(patience) and here.recv_bytes() == READY:
                return here, process
        here.close()
        process.kill()
        process.join()
    raise RuntimeError(f"{len(PATIENCE)} training processes were forked and none began to compute; try strategy='loop'")


def _ended(line: Connection, process: BaseProcess) -> None:
    line.close()
    process.join(timeout=0.5)
    if process.is_alive():  # in the middle of a chunk that nobody waits for any more
        process.kill()
        process.join()


def _serve(replicas: Sequence[Replica], parent: Connection, line: Connection) -> None:
    """Answer until the line is closed. What is interrupted from the keyboard is the other process's affair."""
    parent.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    for dtype in (torch.float32, torch.float64):
        torch.ones(PROBE, PROBE, dtype=dtype) @ torch.ones(PROBE, PROBE, dtype=dtype)
    line.send_bytes(READY)
    program: Loop | None = None
    while True:
        try:
            what, number = pickle.loads(line.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)
        try:
            program = program or Loop(replicas)
            answer: Any = getattr(program, what)(number)
            if what == "advance":
                answer = answer, [dict(replica.model.state_dict()) for replica in replicas]
            message = pickle.dumps((True, answer))
        except BaseException as error:
            message = _told(error)
        line.send_bytes(message)


def _told(error: BaseException) -> bytes:
    """An error as bytes; one that cannot leave its process goes as its text."""
    try:
        message = pickle.dumps((False, error))
        pickle.loads(message)
    except Exception:
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return message
