"""The learner's ledgers on their way out and back: plain files of the archive, beside the record."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import suppress
from pathlib import Path

from seodang.evidence import Evidence, EvidenceError
from seodang.locale import _
from seodang.store import StoreError

NAMED = re.compile(r"ledger/([a-z0-9_]+/[0-9a-f]{16})\.json")
"""A ledger in the archive. Nothing else is taken out of one: a name could point anywhere."""
LARGEST = 512 * 2**20
"""Bytes that ledgers may unpack to."""


def packed(folder: Path) -> dict[str, bytes]:
    """Every ledger by its name in the archive."""
    return {f"ledger/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in sorted(folder.glob("*/*.json"))}


def unpacked(data: bytes) -> dict[str, Evidence]:
    """The ledgers of an archive, by their place without suffix; StoreError for one that was cut or edited."""
    found: dict[str, Evidence] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if NAMED.fullmatch(entry.filename)]
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise StoreError(_("the archive unpacks to more than {n} MiB; Seodang reads none so large", n=LARGEST >> 20))
            for entry in entries:
                found[NAMED.sub(r"\1", entry.filename)] = Evidence.from_json(archive.read(entry).decode("utf-8"))
    except (EvidenceError, UnicodeDecodeError) as error:
        raise StoreError(
            _("{name}: cannot be trusted ({reason}); nothing of the archive was added", name=entry.filename, reason=error)
        ) from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise StoreError(_("this is no archive of Seodang, or it was cut; choose the .zip that “export” gave")) from error
    return found


def keep(folder: Path, ledgers: dict[str, Evidence]) -> None:
    """Write them. One that goes on where ours ends takes its place; any other that is here already stays."""
    for place, ledger in ledgers.items():
        with suppress(EvidenceError):  # ours is longer, or another
            ledger.write(folder / f"{place}.json")
