"""Who trains which seeds where: in this process today; progress, cancel, resume."""

from seodang.runs.here import Cancelled, Progress, Watcher, new_ledger, run
from seodang.runs.ledger import FRESH_SEEDS, RECORDED_SEEDS, ledger_path, open_ledger
from seodang.runs.load import load

__all__ = [
    "FRESH_SEEDS",
    "RECORDED_SEEDS",
    "Cancelled",
    "Progress",
    "Watcher",
    "ledger_path",
    "load",
    "new_ledger",
    "open_ledger",
    "run",
]
