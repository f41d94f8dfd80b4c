"""What is remembered of a learner: predictions, reviews, runs, notes. The only room that speaks SQL (docs/store.md).

`Store` is imported when it is first asked for: SQLAlchemy takes a tenth of a second, and `seodang list` does without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from seodang.store.errors import NoteChanged, StoreError
from seodang.store.glance import predicted_slugs
from seodang.store.kinds import HERE, Exploration, Learner, Note, Run, RunStatus

if TYPE_CHECKING:
    from seodang.store.store import Store

if not TYPE_CHECKING:  # to a type checker every misspelt name would be there

    def __getattr__(name: str) -> Any:
        if name != "Store":
            raise AttributeError(f"module 'seodang.store' has no attribute {name!r}")
        return import_module("seodang.store.store").Store


__all__ = [
    "HERE",
    "Exploration",
    "Learner",
    "Note",
    "NoteChanged",
    "Run",
    "RunStatus",
    "Store",
    "StoreError",
    "predicted_slugs",
]
