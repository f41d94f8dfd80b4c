"""A process that trains for another: orders in JSON lines on stdin, what happens in JSON lines on stdout.

    {"do": "run", "id": "7f", "slug": "dropout", "path": "…/dropout.py", "settings": {"drop": "0.2"}}
    {"do": "cancel", "id": "7f"}

answers with `opened` (where the ledger lies and what it holds), `progress`, `ledger` (after every block of seeds, which is
on disk by then) and one of `done`, `cancelled`, `failed`. A ledger is written whole or not at all, so that this process may
be killed at any moment: the same order continues where the last whole block ended. It ends when stdin does.
"""

from __future__ import annotations

import json
import math
import os
import queue
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from seodang.evidence import Evidence
from seodang.experiment import Experiment
from seodang.runs.here import Cancelled, Progress, Watcher, new_ledger, run
from seodang.runs.ledger import ledger_path, open_ledger
from seodang.runs.load import load, parameters_of

NICE = 10
"""Pages come first: training gives way to whatever else wants the processor."""
MEANT = ("DataError", "EvidenceError", "ExperimentError")
"""Errors that our rooms raise to be read by a user."""
EVERY = 0.12
"""Seconds between two reports of progress, at the least."""


@dataclass
class Worker:
    """The orders that came in, and where answers go."""

    out: TextIO
    cancelled: set[str] = field(default_factory=set)
    orders: queue.SimpleQueue[dict[str, Any]] = field(default_factory=queue.SimpleQueue)

    def say(self, event: str, id: str, **what: Any) -> None:
        """One line; whoever reads it gets it at once."""
        self.out.write(json.dumps({"event": event, "id": id, **what}, ensure_ascii=False) + "\n")
        self.out.flush()

    def listen(self, lines: Iterator[str]) -> None:
        """Take orders until they end: then nobody waits for an answer any more, and the process goes."""
        for line in lines:
            order = json.loads(line)
            if order["do"] == "cancel":
                self.cancelled.add(order["id"])
            else:
                self.orders.put(order)
        os._exit(0)

    def serve(self, order: Mapping[str, Any]) -> None:
        """Carry out one order to its end."""
        id = order["id"]
        try:
            with explained():
                self._run(id, order["slug"], Path(order["path"]), order["settings"])
        except Cancelled:
            self.say("cancelled", id)
        except RuntimeError as error:
            self.say("failed", id, message=str(error), about=_kind(error.__cause__))
        else:
            self.say("done", id)

    def _run(self, id: str, slug: str, path: Path, settings: Mapping[str, str]) -> None:
        experiment, ledger = opened(slug, path, settings)
        place = ledger_path(ledger)
        self.say("opened", id, path=str(place), parameters=parameters_of(experiment), seeds=len(ledger.seeds))
        last = 0.0

        def progress(now: Progress) -> bool:
            nonlocal last
            moment = time.monotonic()
            if moment - last >= EVERY or now.step == now.steps:
                last = moment
                far = {"arm": now.arm, "step": now.step, "steps": now.steps, "seeds": list(now.seeds)}
                self.say("progress", id, **far, curves=[[_finite(loss) for loss in line] for line in now.curves])
            return id not in self.cancelled

        def keep(extended: Evidence) -> None:
            extended.write(place)
            self.say("ledger", id, seeds=len(extended.seeds))
            if id in self.cancelled and not extended.decided:
                raise Cancelled(f"{slug}: stopped after seed {extended.seeds[-1]}")

        run(experiment, ledger, watcher=Watcher(progress, keep, curves=True))


def opened(slug: str, path: Path, settings: Mapping[str, str]) -> tuple[Experiment, Evidence]:
    """The experiment, its cost checked before anything is made, and the ledger it continues."""
    from seodang.training.cost import refuse_if_too_dear

    experiment = load(path, dict(settings))
    if settings:  # the author's own setting was affordable when it was recorded
        refuse_if_too_dear(experiment, dict(settings))
    return experiment, open_ledger(new_ledger(slug, path, experiment, declared=experiment.seeds))


def _finite(loss: float) -> float | None:
    """A loss as JSON has numbers: none where it is infinite or none."""
    return loss if math.isfinite(loss) else None


def _kind(cause: BaseException | None) -> str:
    """What an error is about, as far as a page has words for it: `DataError`, `OSError` or nothing."""
    kinds = [kind.__name__ for kind in type(cause).__mro__]
    return next((name for name in ("DataError", "OSError") if name in kinds), "")


@contextmanager
def explained() -> Iterator[None]:
    """Errors as one sentence in a RuntimeError; what nobody foresaw goes to stderr whole and into the sentence by name."""
    try:
        yield
    except Cancelled:
        raise
    except Exception as error:
        if isinstance(error, OSError) or any(kind.__name__ in MEANT for kind in type(error).__mro__):
            raise RuntimeError(" ".join(str(error).split())) from error
        import traceback

        traceback.print_exc()
        raise RuntimeError(f"the experiment broke down: {type(error).__name__}: {error}") from error


def main() -> None:
    """Work until stdin ends."""
    os.nice(NICE) if hasattr(os, "nice") else None
    worker = Worker(sys.stdout)
    sys.stdout = sys.stderr  # what an experiment prints must not stand among the answers
    threading.Thread(target=worker.listen, args=(iter(sys.stdin),), daemon=True).start()
    import seodang.training  # noqa: F401 (the seconds that torch takes to import pass while nobody waits yet)

    while True:
        worker.serve(worker.orders.get())


if __name__ == "__main__":
    main()
