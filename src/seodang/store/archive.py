"""Everything of a learner as a zip of plain files, and back. The same record gives the same bytes, on every machine."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from seodang.locale import _
from seodang.review.times import utc
from seodang.store import answers, noting, reviewing, running
from seodang.store.columns import Json, UtcDateTime, Words
from seodang.store.errors import StoreError
from seodang.store.rows import append, found, lock
from seodang.store.tables import (
    explained,
    explorations,
    learners,
    notes,
    own_cards,
    predictions,
    results,
    reviews,
    runs,
    settings,
)

FORMAT = 1
APPENDED = (predictions, results, runs, explorations, reviews)
"""Tables whose rows carry a token, by which one that is here already is known."""
KEYED = (explained, own_cards, notes, settings)
"""Tables with one row a key. (`cards` is derived from the reviews, and not in the archive.)"""
LARGEST = 512 * 2**20
"""Bytes an archive may unpack to."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the archive: the earliest a zip can say."""
README = """\
Everything Seodang remembers of you, as plain files.

learner.json         your name, and the minute (UTC) at which your day begins
predictions.jsonl    what you predicted of each question, how sure you were (percent), and why
results.jsonl        what you saw come out of each question
explained.jsonl      whose explanation you have read
runs.jsonl           the runs you asked for; "ledger" names the file with their numbers
explorations.jsonl   runs with knobs turned that you kept
reviews.jsonl        every answer to a card; where each card stands follows from these
own_cards.jsonl      cards of your own
notes.jsonl          your notes
settings.jsonl       your settings

Each .jsonl file holds one JSON object a line, in UTF-8. Times are in UTC. The token of a row tells it from every other one,
so that reading the archive in twice adds nothing twice.
"""


def export(connection: Connection, learner: int, beside: Mapping[str, bytes]) -> bytes:
    """The archive of a learner, with other files beside, if given."""
    known = found(connection, learner)
    head = {"format": FORMAT, "name": known.name, "day_begins": known.day_begins}
    files = {"README.txt": README, "learner.json": _line(head)}
    for table in (*APPENDED, *KEYED):
        files[f"{table.name}.jsonl"] = "".join(map(_line, _rows(connection, table, learner)))
    packed = {**{name: text.encode() for name, text in files.items()}, **beside}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, contents in sorted(packed.items()):
            entry = zipfile.ZipInfo(name, EPOCH)  # stored, not deflated: compressed bytes differ between versions of zlib
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, contents)
    return buffer.getvalue()


def read(connection: Connection, learner: int, data: bytes) -> None:
    """Add what an archive holds. What is here already stays, but of two notes the one written later is kept."""
    lock(connection, learner)
    files = _unpacked(data)
    head = _object("learner.json", 1, files.get("learner.json", ""))
    if head.get("format") != FORMAT:
        given = head.get("format")
        raise StoreError(
            _(
                "the archive has the format {given}, this Seodang reads {known}; update the older one",
                given=given,
                known=FORMAT,
            )
        )
    try:
        connection.execute(
            update(learners)
            .where(learners.c.id == learner)
            .values(name=str(head["name"]), day_begins=int(head["day_begins"]))
        )
        for table in APPENDED:
            for row in _read(files, table):
                append(connection, table, learner, row.pop("token"), **row)
        for table in KEYED:
            for row in _read(files, table):
                _add(connection, table, learner, row)
        _check(connection, learner)
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(
            _("the archive holds what Seodang never wrote ({error}); nothing of it was added", error=error)
        ) from error


def _check(connection: Connection, learner: int) -> None:
    """Read everything once, as it will be read: what cannot be raises now, while nothing is kept yet."""
    reviewing.rebuild(connection, learner)
    answers.record(connection, learner)
    running.of_learner(connection, learner, None)
    running.explored(connection, learner, None)
    noting.everything(connection, learner)


def _add(connection: Connection, table: Table, learner: int, row: dict[str, Any]) -> None:
    keys = [column for column in table.primary_key if column.name != "learner_id"]
    here = (table.c.learner_id == learner, *(column == row[column.name] for column in keys))
    there = connection.execute(select(table).where(*here)).one_or_none()
    if there is None:
        connection.execute(insert(table).values(learner_id=learner, **row))
    elif table is notes and row["at"] > there.at:
        row["revision"] = max(row["revision"], there.revision + 1)
        connection.execute(update(table).where(*here).values(**row))


def _rows(connection: Connection, table: Table, learner: int) -> Iterator[dict[str, Any]]:
    """The learner's rows in the order they were made, or of their keys: sorted here, as databases sort words differently."""
    columns = _columns(table)
    rows = select(*(table.c[name] for name in columns)).where(table.c.learner_id == learner)
    if table in APPENDED:
        made = list(connection.execute(rows.order_by(table.c.id)))
    else:
        made = sorted(connection.execute(rows), key=lambda row: row[0])  # the key is a table's first column of its own
    for row in made:
        yield {name: _plain(value) for name, value in row._mapping.items()}


def _read(files: Mapping[str, str], table: Table) -> Iterator[dict[str, Any]]:
    name = f"{table.name}.jsonl"
    columns = _columns(table)
    for number, line in enumerate(files.get(name, "").split("\n"), start=1):
        if not line:
            continue
        row = _object(name, number, line)
        missing = [column for column in columns if column not in row]
        if missing:
            line, field = f"{name}:{number}", missing[0]
            raise StoreError(_("{line}: has no {field}; nothing of the archive was added", line=line, field=field))
        yield {column: _value(table, column, row[column]) for column in columns}


def _columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.name not in ("id", "learner_id")]


def _value(table: Table, column: str, plain: Any) -> Any:
    kind = table.c[column].type
    if isinstance(kind, UtcDateTime) and plain is not None:
        return utc(datetime.fromisoformat(plain))
    if isinstance(kind, Json) or plain is None or isinstance(plain, str if isinstance(kind, Words) else kind.python_type):
        return plain
    raise TypeError(f"{table.name}.{column} is {plain!r}")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def _object(name: str, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        line = f"{name}:{number}"
        raise StoreError(
            _("{line}: is not JSON ({error}); nothing of the archive was added", line=line, error=error)
        ) from error
    if not isinstance(row, dict):
        raise StoreError(_("{line}: is no JSON object; nothing of the archive was added", line=f"{name}:{number}"))
    return row


def _unpacked(data: bytes) -> dict[str, str]:
    """The archive's own files as text; others beside them are left alone."""
    ours = {"learner.json", *(f"{table.name}.jsonl" for table in (*APPENDED, *KEYED))}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            entries = [entry for entry in zipped.infolist() if entry.filename in ours]
            if sum(entry.file_size for entry in entries) > LARGEST:
                most = LARGEST >> 20
                raise StoreError(_("the archive unpacks to more than {n} MiB; Seodang reads none so large", n=most))
            files = {entry.filename: zipped.read(entry).decode("utf-8") for entry in entries}
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, RuntimeError) as error:
        raise StoreError(_("this is no archive of Seodang, or it was cut; choose the .zip that “export” gave")) from error
    if "learner.json" not in files:
        raise StoreError(_("this is no archive of Seodang: it holds no learner.json; choose the .zip that “export” gave"))
    return files
