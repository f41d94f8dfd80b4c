"""Where ledgers lie: one file for one (experiment, parameters, code), under the user's data directory.

"Run again" continues a ledger. Deleting it gains nothing: the seeds of a ledger are fixed, so the same numbers come back.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

from seodang.evidence import Evidence, EvidenceError
from seodang.home import home

RECORDED_SEEDS = 0
"""Recorded evidence uses seeds 0, 1, 2 …"""
FRESH_SEEDS = 1000
"""… and a run of one's own 1000, 1001 …: fresh seeds, not a replay of the author's."""


def ledger_path(ledger: Evidence) -> Path:
    """The file a ledger is kept in."""
    key = json.dumps(
        [ledger.parameters, ledger.code, ledger.device, ledger.declared is None], sort_keys=True, ensure_ascii=False
    )
    return home() / "ledger" / ledger.slug / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"


def open_ledger(new: Evidence) -> Evidence:
    """The ledger already kept for the same experiment, parameters and code, or the new one.

    Raises EvidenceError when the file was cut or edited: it is neither trusted nor overwritten.
    """
    path = ledger_path(new)
    if not path.exists():
        return new
    try:
        kept = Evidence.read(path)
    except EvidenceError as error:
        raise EvidenceError(f"{error}; move the file away to begin this ledger again") from error
    if [c.claim for c in kept.claims] != [c.claim for c in new.claims] or set(kept.arms) != set(new.arms):
        raise EvidenceError(f"{path}: holds other claims or arms than the experiment; move the file away")
    return dataclasses.replace(kept, strategy=new.strategy)
