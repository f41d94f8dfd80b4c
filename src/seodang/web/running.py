"""A run, seen while it happens: dots seed by seed, the tally, the running verdict, curves; by a stream, or by reloading."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from seodang.locale import _, spoken
from seodang.verdict import fewest
from seodang.web.desk import At, Desk, back, token
from seodang.web.livefigure import live_figure
from seodang.web.pages import fragment, page, question_address
from seodang.web.source import read
from seodang.web.workers import Job

if TYPE_CHECKING:
    from seodang.library import Question

router = APIRouter()
LOOK = 0.1
"""Seconds between two looks at a job for a stream, and between two seeds that it shows."""
BEHIND = 6
"""A block's worth of seeds: while no more wait, they are shown one at a time."""
BEAT = 15.0
"""Seconds after which a silent stream says that it is still there."""


def address(job: Job, *rest: str) -> str:
    """Where a run can be seen."""
    return "/".join(["/running", job.id, *rest])


@router.post("/questions/{slug}/run")
def begin(slug: str, desk: At) -> Response:
    """Run the experiment as the author set it."""
    return _submit(desk, desk.library.question(slug), {})


@router.post("/questions/{slug}/explore")
async def explore(request: Request, slug: str, desk: At) -> Response:
    """Run it with knobs turned; as the author set them, it is the run of the book's claim."""
    question = desk.library.question(slug)
    if question.experiment is None:
        raise HTTPException(404)
    given = {name: str(value).strip() for name, value in (await request.form()).items()}
    defaults = {name: str(value) for name, value in read(question.experiment).defaults.items()}
    turned = {name: value for name, value in given.items() if defaults.get(name) != value and name in defaults}
    return await asyncio.to_thread(_submit, desk, question, turned)


def _submit(desk: Desk, question: Question, settings: Mapping[str, str]) -> Response:
    if question.experiment is None:
        raise HTTPException(404)
    if not desk.opening(question.slug).may_run:
        return back(question_address(question.slug) + "#predict")
    job = desk.runs.submit(Job(token(), question.slug, question.experiment, settings))
    return back(address(job))


@router.get("/running/{id}")
def running(request: Request, id: str, desk: At) -> Response:
    """The run; once it is over, with the way to what it means."""
    job = _job(desk, id)
    question = desk.library.question(job.slug)
    return page(request, "running.html", job=job, question=question, live=_drawn(desk, job), address=address(job))


@router.get("/running/{id}/events")
async def events(request: Request, id: str, desk: At) -> Response:
    """The run as server-sent events: a piece of the page whenever something happened, `over` at the end.

    Seeds of a block are trained together and known together; they are shown, tallied and judged one by one in the order of
    the seed list, which is the order that the verdict goes by.
    """
    job = _job(desk, id)

    async def stream() -> AsyncIterator[str]:
        told, beat, shown = -1, time.monotonic(), known(job)
        while not desk.runs.closing and not await request.is_disconnected():
            over = job.over and shown >= known(job)
            if job.version != told or shown < known(job):
                told, beat, shown = job.version, time.monotonic(), next_shown(shown, known(job))
                yield event(await asyncio.to_thread(_drawn, desk, job, shown))
                over = over or (job.over and job.version == told and shown == known(job))
            if over:
                yield event(question_address(job.slug), "over")
                return
            if time.monotonic() - beat > BEAT:
                beat = time.monotonic()
                yield ": still here\n\n"
            await asyncio.sleep(LOOK)

    headers = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no", "Content-Encoding": "identity"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


@router.post("/running/{id}/cancel")
def cancel(id: str, desk: At) -> Response:
    """Stop; the whole blocks of seeds are kept."""
    job = _job(desk, id)
    desk.runs.cancel(job)
    return back(address(job))


def known(job: Job) -> int:
    """How many seeds are in."""
    return len(job.ledger.seeds) if job.ledger else 0


def next_shown(shown: int, known: int) -> int:
    """How many seeds are shown next: one more, or several where many wait, so that showing never falls far behind."""
    return min(known, shown + max(1, (known - shown) // BEHIND))


def event(text: str, name: str = "") -> str:
    """A server-sent event; text of several lines is sent line by line."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines())
    return (f"event: {name}\n" if name else "") + lines + "\n"


def _job(desk: Desk, id: str) -> Job:
    job = desk.runs.job(id)
    if job is None:
        raise HTTPException(404, _("This run is over, or was begun before Seodang was last opened. Its seeds are kept."))
    return job


def _drawn(desk: Desk, job: Job, shown: int | None = None) -> str:
    """The moving part of the page, with the first `shown` seeds, or all that are in."""
    question = desk.library.question(job.slug)
    words = question.page(spoken())
    recorded = desk.shelf.recorded(question)
    whole, all_shown = job.ledger, shown is None or shown >= known(job)
    told = all_shown and (job.over or job.state in ("waiting", "running"))  # an end is told once it is stored
    ledger = whole if whole is None or shown is None else whole.prefix(shown)
    rule = recorded or whole
    claims = [(sentence, ledger.claim(name) if ledger else None) for name, sentence in words.claims.items()]
    values: dict[str, Any] = {
        "job": job,
        "state": job.state if told else "running",
        "over": job.over and all_shown,
        "question": question,
        "claims": claims,
        "decided": ledger is not None and ledger.decided and bool(ledger.seeds),
        "figure": live_figure(
            words,
            ledger,
            whole,
            None if job.exploration else recorded,
            job.growing if all_shown else {},
            curved=recorded is not None and bool(recorded.curves),
        ),
        "share": share(job),
        "left": seconds_left(job),
        "earliest": fewest(rule.declared if rule else None, len(claims)),
        "seeds": len(ledger.seeds) if ledger else 0,
        "known": known(job),
        "address": address(job),
        "language": spoken(),
    }
    drawn = fragment("_live.html", **values)
    return "\n".join(line for line in drawn.splitlines() if line.strip())


def share(job: Job) -> float:
    """How much of the running block is done, from 0 to 1."""
    known = job.ledger.arms if job.ledger and job.ledger.arms else job.shares
    return sum(job.shares.values()) / max(len(known), len(job.shares), 1)


def seconds_left(job: Job) -> int | None:
    """How long the running block will still take, at the pace so far; None before there is a pace."""
    done = share(job)
    if job.over or done < 0.02:
        return None
    return max(1, round((time.monotonic() - job.block_began) * (1 - done) / done))
