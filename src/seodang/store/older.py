"""Predictions as the first version kept them: `predictions.jsonl`, a line each, beside where the database lies now."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from seodang.locale import _
from seodang.review import Prediction
from seodang.store.answers import predict
from seodang.store.errors import StoreError
from seodang.store.glance import OLDER


def move_over(connection: Connection, learner: int, path: Path) -> int:
    """Every prediction of the file into the database, once a line; the file stays. Returns how many there are."""
    if not path.exists():
        return 0
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(
            _("{path}: the predictions of an earlier version cannot be read ({error})", path=path, error=error)
        ) from error
    for number, line in enumerate(lines, start=1):
        try:
            fields = json.loads(line)
            made = Prediction(**{**fields, "at": datetime.fromisoformat(fields["at"])})
        except (ValueError, TypeError, KeyError) as error:
            line = f"{path}:{number}"
            raise StoreError(
                _("{line}: not a prediction ({error}); mend or remove the line", line=line, error=error)
            ) from error
        predict(connection, learner, made, token=f"{OLDER}:{number}")
    return len(lines)


def delete(path: Path) -> None:
    """The file goes with everything else of its learner."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        why = error.strerror
        raise StoreError(_("{path}: cannot be deleted ({reason}); nothing was deleted", path=path, reason=why)) from error
