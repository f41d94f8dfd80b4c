"""Ctrl-C while an experiment runs."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def listening() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed. The run is told at its next step: Python swallows a KeyboardInterrupt that is raised in a
    destructor or a callback of the collector, and the run would go on. Pressed again, it stops wherever it is."""
    times = 0

    def press(number: int, frame: FrameType | None) -> None:
        nonlocal times
        times += 1
        if times > 1:
            signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: times > 0
    finally:
        signal.signal(signal.SIGINT, before)
