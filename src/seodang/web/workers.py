"""The process that trains, started and watched from here: one order at a time, started again when it dies.

Imports no torch. Threads, not coroutines: pages run in threads, and a stream looks at a job's `version` to see what is new.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from seodang.evidence import Evidence
from seodang.locale import Language, _, speak, spoken
from seodang.web import missing

State = Literal["waiting", "running", "done", "cancelled", "failed"]
MOST_DEATHS = 3
"""How often the process may die within one block of seeds before the run is given up."""


COMMAND = (sys.executable, "-m", "seodang.runs.worker")
LOG = "worker.log"
"""What the process says when it breaks down, in the user's data directory."""
DIED = "died"
"""The message of a run that was given up; a page says it in words."""


@dataclass
class Job:
    """One run that was asked for, and how far it is."""

    id: str
    slug: str
    path: Path
    settings: Mapping[str, str]
    state: State = "waiting"
    message: str = ""
    place: Path | None = None
    """The ledger's file, once the process has opened it."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    ledger: Evidence | None = None
    """The ledger after the last whole block."""
    seeds: tuple[int, ...] = ()
    """The seeds of the block that is being trained."""
    shares: dict[str, float] = field(default_factory=dict)
    """How far each arm of that block is, from 0 to 1."""
    growing: dict[str, list[list[float | None]]] = field(default_factory=dict)
    """The training loss of each arm so far, a line a seed of that block, at the marks of the ledger's curves."""
    block_began: float = 0.0
    began: float = field(default_factory=time.monotonic)
    language: Language = field(default_factory=spoken)
    """The language of whoever asked for it, in which its messages are written."""
    deaths: int = 0
    run: int | None = None
    """The row that remembers it."""
    over: bool = False
    """Whether nothing more will happen, and what the run leaves behind is stored."""
    version: int = 0
    """Counts what happened."""

    @property
    def exploration(self) -> bool:
        """Whether knobs were turned: then it is not the claim of the book."""
        return bool(self.settings)


Told = Callable[[Job], None]


class Runs:
    """The jobs, and the process that does them one after another."""

    def __init__(self, home: Path, command: tuple[str, ...] = COMMAND) -> None:
        self.home = home
        """The user's data directory, where the process keeps ledgers, and what it says when it breaks down."""
        self.command = command
        self.on_opened: Told = lambda _job: None
        self.on_end: Told = lambda _job: None
        self.closing = False
        self._jobs: dict[str, Job] = {}
        self._queue: deque[Job] = deque()
        self._current: Job | None = None
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.RLock()

    # ------------------------------------------------------------------------------------------------------ for pages

    def submit(self, job: Job) -> Job:
        """Run it, or return the run of the same question with the same settings that is not over yet: a double click."""
        with self._lock:
            for other in self._jobs.values():
                if not other.over and (other.slug, dict(other.settings)) == (job.slug, dict(job.settings)):
                    return other
            self._jobs[job.id] = job
            self._queue.append(job)
            self._next()
        return job

    def latest(self, slug: str) -> Job | None:
        """The run of this question that was asked for last."""
        with self._lock:
            return next((job for job in reversed(self._jobs.values()) if job.slug == slug), None)

    def job(self, id: str) -> Job | None:
        """The run with this id, if it was asked for since the school was opened."""
        return self._jobs.get(id)

    def cancel(self, job: Job) -> None:
        """Stop it at the next step; the whole blocks of seeds are kept."""
        with self._lock:
            if job in self._queue:
                self._queue.remove(job)
                self._end(job, "cancelled")
            elif job is self._current:
                self._order({"do": "cancel", "id": job.id})

    def wake(self) -> None:
        """Start the process ahead of the first run: importing torch takes seconds."""
        with self._lock:
            if self._process is None and not self.closing:
                self._start()

    def forget(self) -> None:
        """Stop everything and know of no run any more."""
        with self._lock:
            self._queue.clear()
            if self._current:
                self._end(self._current, "cancelled")
            self._jobs.clear()
        self._stop()

    def close(self) -> None:
        """End the process. What is on disk is whole; a run that was under way goes on at the next order."""
        self.closing = True
        self._stop()

    # ------------------------------------------------------------------------------------------------- the process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _start(self) -> None:
        with _log(self.home / LOG) as errors:
            process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "SEODANG_HOME": str(self.home)},
                text=True,
                encoding="utf-8",
                bufsize=1,
            )
        self._process = process
        threading.Thread(target=self._read, args=(process,), daemon=True).start()

    def _next(self) -> None:
        if self._current is None and self._queue and not self.closing:
            self._current = self._queue.popleft()
            self._begin(self._current)

    def _begin(self, job: Job) -> None:
        self.wake()
        job.state = "running"
        job.version += 1
        self._order({"do": "run", "id": job.id, "slug": job.slug, "path": str(job.path), "settings": dict(job.settings)})

    def _order(self, order: Mapping[str, Any]) -> None:
        """Tell the process; if it has just died, the reader notices and begins the job again."""
        if self._process is None or self._process.stdin is None:
            return
        with suppress(OSError):
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()

    def _read(self, process: subprocess.Popen[str]) -> None:
        """Everything a process says, and its end. Runs in a thread of its own."""
        assert process.stdout is not None
        for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue  # a line cut off by the end of the process
            with self._lock:
                job = self._current
                if job is not None and said["id"] == job.id:
                    speak(job.language)
                    self._heard(job, said)
        process.wait()
        process.stdout.close()
        with self._lock:
            if process.stdin is not None:
                with suppress(OSError):
                    process.stdin.close()
            if self._process is process:
                self._process = None
                self._died()

    def _died(self) -> None:
        job = self._current
        if job is None or self.closing:
            return
        job.deaths += 1
        job.shares, job.growing, job.seeds = {}, {}, ()
        if job.deaths > MOST_DEATHS:
            self._end(job, "failed", DIED)
        else:
            self._begin(job)

    def _heard(self, job: Job, said: Mapping[str, Any]) -> None:
        """Note what was said. The version counts it once it is noted whole, so that a stream draws it once."""
        match said["event"]:
            case "opened":
                job.place, job.parameters = Path(said["path"]), said["parameters"]
                job.block_began = time.monotonic()
                if said["seeds"]:
                    job.ledger = Evidence.read(job.place)
                self.on_opened(job)
            case "progress":
                if job.seeds != tuple(said["seeds"]):
                    job.seeds, job.shares, job.growing = tuple(said["seeds"]), {}, {}
                    job.block_began = time.monotonic()
                job.shares[said["arm"]] = said["step"] / said["steps"]
                job.growing[said["arm"]] = said.get("curves", [])
            case "ledger":
                assert job.place is not None
                job.ledger = Evidence.read(job.place)
                job.shares, job.growing, job.seeds, job.deaths = {}, {}, (), 0
                job.block_began = time.monotonic()
            case "done" | "cancelled" | "failed" as state:
                self._end(job, state, _in_words(said))
                return
        job.version += 1

    def _end(self, job: Job, state: State, message: str = "") -> None:
        job.message = message
        job.shares, job.growing, job.seeds = {}, {}, ()
        if job is self._current:
            self._current = None
        try:
            job.state = state
            self.on_end(job)
        finally:
            job.over = True
            job.version += 1
            self._next()


def _in_words(said: Mapping[str, Any]) -> str:
    """What a run ended with, as its page says it."""
    message: str = said.get("message", "")
    match said.get("about"):
        case "DataError":
            return _("The data of this run cannot be had here. {reason}", reason=missing.in_words(message))
        case "OSError":
            return _(
                "A file cannot be read or written; seeds that were kept before are still there. {reason}", reason=message
            )
        case _other:
            return message


def _log(path: Path) -> IO[Any]:
    """Where the process may write; nowhere when the disk is full or read-only: pages are shown and runs say so."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w", encoding="utf-8")
    except OSError:
        return Path(os.devnull).open("w", encoding="utf-8")
