"""Predictions, one JSON line each, appended and never changed; the last one of a question before its run counts."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from seodang.review import Prediction


class StoreError(Exception):
    """What was remembered cannot be read; the message names the file and the line."""


@dataclass(frozen=True)
class Predictions:
    """The predictions kept in a folder."""

    folder: Path

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / "predictions.jsonl"

    def add(self, prediction: Prediction) -> None:
        """Remember one more."""
        self.folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps(dataclasses.asdict(prediction), ensure_ascii=False)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def all(self) -> list[Prediction]:
        """Every prediction, oldest first."""
        if not self.path.exists():
            return []
        predictions = []
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                predictions.append(Prediction(**json.loads(line)))
            except (ValueError, TypeError) as error:
                raise StoreError(f"{self.path}:{number}: not a prediction ({error}); mend or remove the line") from error
        return predictions

    def latest(self, slug: str) -> Prediction | None:
        """The last prediction made of a question."""
        return next((p for p in reversed(self.all()) if p.slug == slug), None)
