"""Where a learner's own things lie on this machine. Imports nothing of the house."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The user's data directory: SEODANG_HOME, or where this system keeps such data."""
    given = os.environ.get("SEODANG_HOME")
    if given:
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_data_dir("seodang", appauthor=False))
