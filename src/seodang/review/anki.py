"""Cards as text that Anki reads and writes: a line a note, fields between tabs, headers that begin with `#`.

The Anki manual, "Importing: text files" (file headers, since Anki 2.1.54).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|", "colon": ":"}
COLUMNS = ("guid", "Front", "Back", "Tags")


class AnkiError(ValueError):
    """Text that cannot be read as notes; the message names the line."""


@dataclass(frozen=True)
class AnkiNote:
    """A note of two fields. `guid` is how Anki knows it again, empty where the file has none; tags hold no spaces."""

    guid: str
    front: str
    back: str
    tags: tuple[str, ...] = ()


def to_anki(notes: Iterable[AnkiNote], deck: str = "Seodang") -> str:
    """Notes as a file for Anki's File → Import: plain text, a note changed here is updated there by its guid."""
    text = io.StringIO(newline="")
    for name, value in (("separator", "tab"), ("html", "false"), ("notetype", "Basic"), ("deck", _line(deck))):
        text.write(f"#{name}:{value}\n")
    text.write("#guid column:1\n#tags column:4\n")
    text.write("#columns:" + "\t".join(COLUMNS) + "\n")
    plain, quoted = (
        csv.writer(text, delimiter="\t", lineterminator="\n", quoting=quoting)
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
    )
    for note in notes:
        tags = " ".join("_".join(tag.split()) for tag in note.tags)
        row = [_line(note.guid), _newlines(note.front), _newlines(note.back), tags]
        (quoted if row[0].startswith("#") else plain).writerow(row)  # a line that begins with # would be a header
    return text.getvalue()


def from_anki(text: str) -> tuple[AnkiNote, ...]:
    """The notes in a file that Anki, or we, exported ("Notes in Plain Text").

    Without headers: two columns, front and back, between tabs. Of more columns the guid, tags, deck and note type are
    where the headers say, and the first two others are front and back.
    """
    lines = list(io.StringIO(_newlines(text.removeprefix("\ufeff"))))
    headers, first = _headers(lines)
    separator = headers.get("separator", "tab")
    notes = []
    try:
        rows = csv.reader(lines[first:], delimiter=SEPARATORS.get(separator.lower(), separator), strict=True)
    except TypeError as error:
        raise AnkiError(f"#separator:{separator}: name one of {', '.join(SEPARATORS)}, or give one character") from error
    try:
        for row in rows:
            if row:
                notes.append(_note(row, headers, first + rows.line_num))
    except csv.Error as error:
        raise AnkiError(f"line {first + rows.line_num}: {error}") from error
    return tuple(notes)


def _headers(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """What the lines at the top that begin with `#` say, and how many there are."""
    headers: dict[str, str] = {}
    for number, line in enumerate(lines):
        if not line.startswith("#"):
            return headers, number
        name, _, value = line[1:].rstrip("\n").partition(":")
        headers[name.strip().lower()] = value.strip() or value  # the separator may be a tab itself
    return headers, len(lines)


def _note(row: Sequence[str], headers: Mapping[str, str], line: int) -> AnkiNote:
    special = {
        name: _column(headers, f"{name} column", row, line)
        for name in ("guid", "tags", "deck", "notetype")
        if f"{name} column" in headers
    }
    fields = [field for index, field in enumerate(row) if index not in special.values()]
    if len(fields) < 2:
        raise AnkiError(f"line {line}: a note needs a front and a back, this one has {len(fields)} field")
    guid = row[special["guid"]] if "guid" in special else ""
    tags = row[special["tags"]].split() if "tags" in special else ()
    return AnkiNote(guid, fields[0], fields[1], tuple(tags))


def _column(headers: Mapping[str, str], name: str, row: Sequence[str], line: int) -> int:
    given = headers[name]
    if not given.isdecimal() or not 1 <= int(given) <= len(row):
        raise AnkiError(f"line {line}: #{name}:{given}, but the line has {len(row)} columns")
    return int(given) - 1


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(text: str) -> str:
    return " ".join(text.split())
