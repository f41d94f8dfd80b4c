"""What is remembered: taken away as plain files, brought back, exchanged with Anki, deleted. And about a run: all of it."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from seodang.evidence import Evidence, EvidenceError
from seodang.locale import _, spoken
from seodang.review import OWN, AnkiError, AnkiNote, OwnCard, came_out, from_anki, to_anki
from seodang.store import StoreError
from seodang.web import ledgers
from seodang.web.desk import At, Desk, back
from seodang.web.pages import page
from seodang.web.workers import LOG

if TYPE_CHECKING:
    from seodang.store import Run

router = APIRouter()
LARGEST, LARGEST_ARCHIVE = 20 * 2**20, 512 * 2**20
"""Bytes of a file that may be brought back: of cards, and of everything with its ledgers."""


@router.get("/mine")
def mine(request: Request, desk: At, done: str = "") -> Response:
    """What there is, and what can be done with it."""
    record = desk.record()
    counts = {
        _("predictions"): len(record.predictions),
        _("cards"): len(record.cards),
        _("reviews"): sum(card.reviews for card in record.cards.values()),
        _("notes"): len(desk.store.notes(desk.me)),
    }
    said = {
        "imported": _("What the archive held is here now."),
        "cards": _("The cards are here now; they are due tomorrow."),
        "forgotten": _("Everything is deleted."),
        "unsure": _("Nothing was deleted: type the word first."),
    }
    runs = [run for run in reversed(desk.store.runs(desk.me)) if run.slug in desk.library.stems]
    return page(
        request, "mine.html", counts=counts, done=said.get(done, ""), runs=runs[:50], questions=desk.library.question
    )


@router.get("/mine/seodang.zip")
def archive(desk: At) -> Response:
    """Everything as one archive of plain files, the ledgers of runs among them."""
    data = desk.store.export(desk.me, ledgers.packed(desk.shelf.ledgers))
    return Response(data, media_type="application/zip", headers=_named("seodang.zip"))


@router.post("/mine/import")
async def bring_back(desk: At, file: UploadFile) -> Response:
    """Add what an archive holds, ledgers included."""
    data = await _read(file, LARGEST_ARCHIVE)
    try:
        brought = ledgers.unpacked(data)
        desk.store.import_archive(desk.me, data)
    except StoreError as error:
        raise HTTPException(400, str(error)) from error
    ledgers.keep(desk.shelf.ledgers, brought)
    return back("/mine?done=imported")


@router.get("/mine/anki.txt")
def anki(desk: At) -> Response:
    """Every card as text that Anki reads."""
    record = desk.record()
    notes = [AnkiNote(own.guid, own.front, own.back, own.tags) for own in record.own]
    right = came_out(record.results)
    for slug in dict.fromkeys(result.slug for result in record.results):
        if slug in desk.library.stems:
            notes.append(_note(desk, slug, right.get(slug, "")))
    return Response(to_anki(notes), media_type="text/plain; charset=utf-8", headers=_named("seodang-anki.txt"))


@router.post("/mine/anki")
async def from_anki_file(desk: At, file: UploadFile) -> Response:
    """Keep the notes of a text file that Anki exported as cards of one's own."""
    try:
        notes = from_anki((await _read(file)).decode("utf-8"))
    except (AnkiError, UnicodeDecodeError) as error:
        raise HTTPException(400, _("This is no text file of Anki: {reason}", reason=error)) from error
    now = desk.clock()
    cards = [
        OwnCard(note.guid or _guid(note), note.front, note.back, now, note.tags)
        for note in notes
        if not note.guid.startswith(OWN)
    ]
    desk.store.add_cards(desk.me, cards)
    return back("/mine?done=cards")


@router.post("/mine/forget")
def forget(desk: At, word: Annotated[str, Form()] = "") -> Response:
    """Delete everything: the record, the ledgers, and what the process that trains has written."""
    if word.strip().casefold() != _("delete").casefold():
        return back("/mine?done=unsure")
    desk.runs.forget()
    desk.store.forget(desk.me)
    if desk.shelf.ledgers.exists():
        shutil.rmtree(desk.shelf.ledgers)
    desk.known.forget()
    (desk.runs.home / LOG).unlink(missing_ok=True)
    return back("/mine?done=forgotten")


@router.get("/runs/{id}")
def about(request: Request, id: int, desk: At) -> Response:
    """Everything recorded about a run."""
    run, ledger = _run(desk, id)
    question = desk.library.question(run.slug)
    state = {"running": _("running"), "done": _("done"), "cancelled": _("cancelled"), "failed": _("failed")}[str(run.status)]
    return page(request, "about.html", state=state, run=run, question=question, ledger=ledger, words=question.page(spoken()))


@router.get("/runs/{id}/evidence.json")
def document(id: int, desk: At) -> Response:
    """Its ledger, as recorded."""
    run, ledger = _run(desk, id)
    if ledger is None:
        raise HTTPException(404)
    return Response(ledger.to_json(), media_type="application/json", headers=_named(f"{run.slug}-{run.id}.json"))


def _run(desk: Desk, id: int) -> tuple[Run, Evidence | None]:
    run = next((run for run in desk.store.runs(desk.me) if run.id == id), None)
    if run is None or run.slug not in desk.library.stems:
        raise HTTPException(404)
    try:
        return run, desk.shelf.evidence(desk.shelf.ledgers / run.slug / f"{run.ledger}.json")
    except (EvidenceError, OSError):
        return run, None


def _note(desk: Desk, slug: str, right: str) -> AnkiNote:
    question = desk.library.question(slug)
    words = question.page(spoken())
    came = next((choice.text for choice in words.predict.choices if choice.id == right), "")
    short = words.markdown("answer", desk.shelf.recorded(question))
    return AnkiNote(
        f"seodang-{slug}-{spoken()}", words.predict.question, "\n\n".join(filter(None, (came, short))), (question.chapter,)
    )


def _guid(note: AnkiNote) -> str:
    """The same note brought in twice is one card."""
    return hashlib.sha256(f"{note.front}\0{note.back}".encode()).hexdigest()[:12]


async def _read(file: UploadFile, most: int = LARGEST) -> bytes:
    data = await file.read(most + 1)
    if len(data) > most:
        raise HTTPException(413, _("The file is larger than {n} MB; nothing was read.", n=most // 2**20))
    return data


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
