"""What the commands take from the shelf: the book, a question's evidence and labels, the learner's predictions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seodang.evidence import Evidence
    from seodang.figures import Labels
    from seodang.library import Library, Question
    from seodang.review import Prediction


def library() -> Library:
    """The book: the one that ships, or the folder SEODANG_BOOK names (for authors)."""
    from seodang.library import Library

    folder = os.environ.get("SEODANG_BOOK")
    return Library.open(Path(folder) if folder else None)


def made_predictions() -> list[Prediction]:
    """Every prediction the learner made, oldest first."""
    from seodang.home import home
    from seodang.store import Predictions

    return Predictions(home()).all()


def latest_prediction(question: Question) -> Prediction | None:
    """What the learner last predicted of a question."""
    return next((prediction for prediction in reversed(made_predictions()) if prediction.slug == question.slug), None)


def recorded(question: Question) -> Evidence | None:
    """The author's evidence, if it was recorded."""
    from seodang.evidence import Evidence

    return Evidence.read(question.evidence) if question.evidence else None


def stale(question: Question) -> str | None:
    """Why the recorded evidence no longer speaks for the experiment, if so."""
    from seodang.evidence import Evidence, stale

    if question.evidence is None or question.experiment is None:
        return None
    return stale(Evidence.read(question.evidence), question.experiment)


def labels(question: Question, language: str) -> Labels:
    """The words of a question's figures."""
    from seodang.figures import Labels

    page = question.page(language)
    return Labels(title=page.title, arms=page.arms, metrics=page.metrics, claims=page.claims)
