"""What was found of every claim, kept in a file of the user's data directory: hundreds of ledgers are read and checked once,
and not again each time the school is opened. It holds nothing that does not follow from the ledgers, and may be deleted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from seodang.provenance import HASHED, HOUSE

if TYPE_CHECKING:
    from seodang.library import Question

FORMAT = 1
ROOMS = (*HASHED, "experiment", "training")
"""The rooms whose code decides whether a ledger is stale."""
OWN = ("evidence.py", "provenance.py", "verdict.py")
"""What reads, checks and judges a ledger: when it changes, all are read again."""


@dataclass(frozen=True)
class Known:
    """What a recorded ledger says."""

    claims: dict[str, list[Any]]
    """By claim: outcome, yes, n, effect."""
    date: str
    torch: str
    exact: bool
    stale: str | None


@dataclass
class KnownClaims:
    """The file. What it says of a ledger holds while that file, the experiment's and the code have not been written."""

    path: Path
    _known: dict[str, tuple[str, Known]] = field(default_factory=dict)
    _read: bool = False
    _new: bool = False
    _lock: Lock = field(default_factory=Lock)

    def of(self, question: Question, code: str, find_out: Callable[[], Known]) -> Known:
        """What is known of a question's ledger, found out now if it was not; `code` is the mark of the code."""
        assert question.evidence is not None
        files = [question.evidence, *([question.experiment] if question.experiment else [])]
        mark = _mark_of(files) + code
        with self._lock:
            if not self._read:
                self._known, self._read = self._on_disk(), True
            there = self._known.get(str(question.evidence))
        if there is not None and there[0] == mark:
            return there[1]
        found = find_out()
        with self._lock:
            self._known[str(question.evidence)] = (mark, found)
            self._new = True
        return found

    def keep(self) -> None:
        """Write what was found out since; a full or read-only disk is no matter: it is found out again."""
        with self._lock, suppress(OSError):
            if self._new:
                self._new = False
                document = {"format": FORMAT, "known": {path: [m, asdict(k)] for path, (m, k) in self._known.items()}}
                self.path.parent.mkdir(parents=True, exist_ok=True)
                half = self.path.with_suffix(".tmp")
                half.write_text(json.dumps(document), encoding="utf-8")
                half.replace(self.path)

    def forget(self) -> None:
        """Delete it: which questions were met can be seen from it."""
        with self._lock:
            self._known, self._read, self._new = {}, True, False
            self.path.unlink(missing_ok=True)

    def _on_disk(self) -> dict[str, tuple[str, Known]]:
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            if document["format"] != FORMAT:
                return {}
            return {path: (mark, Known(**known)) for path, (mark, known) in document["known"].items()}
        except (OSError, ValueError, KeyError, TypeError):
            return {}  # cut, or of another version: everything is found out again


def mark_of_the_code() -> str:
    """What changes whenever a file is written that decides whether ledgers are stale, and what they say."""
    return _mark_of(_code())


def _code() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((HOUSE / room).rglob("*.py"))
    yield from (HOUSE / name for name in OWN)


def _mark_of(files: Iterator[Path] | list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        state = path.stat()
        digest.update(f"{path} {state.st_mtime_ns} {state.st_size}\n".encode())
    return digest.hexdigest()[:16]
