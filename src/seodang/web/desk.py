"""Everything a page works with: the book, the learner's record, the shelf, the runs and the clock."""

from __future__ import annotations

import gc
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse

from seodang.evidence import EvidenceError
from seodang.library import BookError
from seodang.review import Prediction, Record, Result, counted
from seodang.store import RunStatus, StoreError
from seodang.web.notebook import coloured
from seodang.web.pages import prepare

if TYPE_CHECKING:
    from seodang.evidence import Evidence
    from seodang.library import Choice, Library, Question
    from seodang.store import Store
    from seodang.web.known import KnownClaims
    from seodang.web.shelf import Shelf
    from seodang.web.workers import Job, Runs

T = TypeVar("T")
BREATH = 0.002
"""Seconds between two questions read ahead, at the least."""
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Opening:
    """How far a learner has come with a question, and so what a page may show."""

    prediction: Prediction | None
    """The prediction that counts: the last one before the first result was seen."""
    seen: Result | None
    """The result that was seen last; None before any."""

    @property
    def may_run(self) -> bool:
        """Whether results may appear: after a prediction, or once they have been seen anyway."""
        return self.prediction is not None or self.seen is not None


def opening(record: Record, slug: str) -> Opening:
    """The one rule of what may be shown of a question."""
    seen = [result for result in record.results if result.slug == slug]
    return Opening(counted(record).get(slug), seen[-1] if seen else None)


def came_out(question: Question, evidence: Evidence) -> Choice | None:
    """The choice that the evidence makes right; None while no single one is."""
    outcomes = {claim.claim: str(claim.outcome) for claim in evidence.claims}
    return question.page("en").predict.right(outcomes)


@dataclass
class Desk:
    """One learner's school."""

    library: Library
    store: Store
    clock: Clock
    runs: Runs
    shelf: Shelf
    known: KnownClaims
    _read: dict[str, tuple[int | None, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.runs.on_opened = self._opened
        self.runs.on_end = self._ended

    @property
    def me(self) -> int:
        """The learner's id."""
        return self._once("me", lambda: self.store.me(self.clock()).id)

    def record(self) -> Record:
        """What the learner has done, read at once."""
        return self._once("record", lambda: self.store.record(self.me))

    def _once(self, what: str, read: Callable[[], T]) -> T:
        """What the store says, read again only when anything was written since."""
        version = self.store.version()  # before reading: what is written meanwhile is seen the next time
        known = self._read.get(what)
        if version is None or known is None or known[0] != version:
            known = self._read[what] = (version, read())
        told: T = known[1]
        return told

    def opening(self, slug: str) -> Opening:
        """How far the learner has come with a question."""
        return opening(self.record(), slug)

    def opening_in(self, record: Record, slug: str) -> Opening:
        """The same of a record already read."""
        return opening(record, slug)

    def saw(self, question: Question, evidence: Evidence | None, token: str | None = None) -> None:
        """Remember that the learner has seen what came out."""
        right = came_out(question, evidence) if evidence else None
        result = Result(question.slug, right.id if right else "", self.clock())
        self.store.saw_result(self.me, result, token)

    def tidy(self) -> None:
        """Runs that were under way when the school was last closed are over; their seeds are kept, to be gone on with."""
        for run in self.store.unfinished_runs():
            if run.learner == self.me:
                self.store.end_run(run.id, RunStatus.CANCELLED, self.clock())

    def warm(self) -> None:
        """Have at hand what a first visit would wait for: the index, templates, the evidence of the whole book.

        A little at a time, and no longer at work than at rest: pages come first. Questions that were met come before the
        rest: the ledger of claims shows these.
        """
        with suppress(BookError, StoreError):  # the page that needs what cannot be read says so
            self.library.ask("seodang", 1)
            prepare()
            coloured("")
            if self.runs.closing:
                return
            met = {result.slug for result in self.record().results}
            for question in sorted(self.library.questions, key=lambda question: question.slug not in met):
                if self.runs.closing:
                    return
                began = time.monotonic()
                with suppress(EvidenceError, OSError):
                    evidence = self.shelf.recorded(question)
                    if evidence is not None:
                        self.shelf.stale(question, evidence)
                time.sleep(max(BREATH, time.monotonic() - began))
        gc.freeze()  # what was read stays: the collector need not go through it again, a tenth of a second of a page

    def _opened(self, job: Job) -> None:
        assert job.place is not None
        with _told(job):
            job.run = self.store.begin_run(
                self.me,
                job.slug,
                job.place.stem,
                dict(job.parameters),
                self.clock(),
                exploration=job.exploration,
                token=job.id,
            ).id

    def _ended(self, job: Job) -> None:
        """A run of the book's claim shows its result; an exploration is kept, to be compared."""
        with _told(job):
            if job.run is not None:
                self.store.end_run(job.run, RunStatus(job.state), self.clock(), error=job.message)
            if job.ledger is None or job.place is None or not job.ledger.seeds:
                return
            if not job.exploration:
                self.saw(self.library.question(job.slug), job.ledger, f"run-{job.id}")
                return
            name = ", ".join(f"{name} = {value}" for name, value in job.settings.items())
            self.store.keep_exploration(
                self.me, job.slug, job.place.stem, dict(job.parameters), name, self.clock(), f"kept-{job.id}"
            )


@contextmanager
def _told(job: Job) -> Iterator[None]:
    """What the store cannot keep of a run (a full disk) is said on the run's page, and does not stop the run."""
    try:
        yield
    except StoreError as error:
        job.message = str(error)


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


At = Annotated[Desk, Depends(_desk)]
"""A page's parameter that is given the desk."""


def token() -> str:
    """A new intention: the hidden field of a form, so that a double click writes once."""
    return secrets.token_urlsafe(12)


def back(address: str) -> RedirectResponse:
    """After a write, to a page: reloading it writes nothing."""
    return RedirectResponse(address, status_code=303)


def within(address: str) -> str:
    """An address of this school, whatever was given."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"
