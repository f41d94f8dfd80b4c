"""What the store gives back beside the types of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

HERE = "me"
"""The handle of the one learner of a laptop."""


@dataclass(frozen=True)
class Learner:
    """Someone whose things are remembered."""

    id: int
    handle: str
    """Unique: `me` on a laptop, an account's name in a school."""
    name: str
    made: datetime
    day_begins: int
    """Minutes after midnight UTC at which their day begins."""


class RunStatus(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class Run:
    """A run a learner asked for; its numbers are in the ledger that `ledger` names."""

    id: int
    learner: int
    slug: str
    ledger: str
    parameters: Mapping[str, Any]
    exploration: bool
    """Whether knobs were turned: then it is not the claim of the book."""
    status: RunStatus
    started: datetime
    ended: datetime | None
    error: str
    """What a failed run says; else empty."""


@dataclass(frozen=True)
class Exploration:
    """A run with knobs turned, kept under a name to compare with others."""

    id: int
    slug: str
    ledger: str
    parameters: Mapping[str, Any]
    name: str
    at: datetime


@dataclass(frozen=True)
class Note:
    """What a learner wrote on a question."""

    slug: str
    text: str
    at: datetime | None
    revision: int
    """How often it was written; 0 before the first time."""
