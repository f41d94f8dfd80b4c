"""What `seodang list` needs to know of a learner, read from SQLite's file without the tenth of a second SQLAlchemy takes."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

from seodang.home import home
from seodang.store.kinds import HERE

FILE = "seodang.db"
OLDER = "predictions.jsonl"
"""Where an earlier version kept predictions; `Store.me` moves them over."""
HEAD = "0001"
"""The version of the tables that this program reads and writes; the last one in `migrations`."""
VERSION_TABLE = "seodang_version"


def predicted_slugs() -> frozenset[str] | None:
    """The questions that the learner of this machine has predicted.

    None where only the store itself can tell: predictions of an earlier version to be moved over, tables of another
    version, a file in trouble, PostgreSQL.
    """
    if os.environ.get("SEODANG_DATABASE"):
        return None
    path = (home() / FILE).absolute()
    unknown = None if (home() / OLDER).exists() else frozenset[str]()
    if not path.exists():
        return unknown
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            if connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() != [(HEAD,)]:
                return None
            if not connection.execute("SELECT 1 FROM learners WHERE handle = ?", (HERE,)).fetchall():
                return unknown
            rows = connection.execute(
                "SELECT DISTINCT slug FROM predictions JOIN learners ON learners.id = learner_id WHERE handle = ?", (HERE,)
            )
            return frozenset(slug for (slug,) in rows)
    except sqlite3.Error:
        return None
