"""What the commands take from the shelf: the book, a question's evidence and labels, the learner's predictions."""

from __future__ import annotations

import datetime
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


def predicted() -> frozenset[str]:
    """The questions the learner has predicted."""
    from seodang.store import predicted_slugs

    known = predicted_slugs()
    if known is not None:
        return known
    from seodang.store import Store

    with Store.open() as store:
        return frozenset(made.slug for made in store.predictions(store.me(now()).id))


def keep_prediction(prediction: Prediction) -> None:
    """Remember what the learner predicted."""
    from seodang.store import Store

    with Store.open() as store:
        store.predict(store.me(prediction.at).id, prediction)


def keep_result(question: Question, came_out: str, ledger: str) -> Prediction | None:
    """Remember what the learner saw come out of a ledger, and return the prediction that it scores."""
    from seodang.review import Result, counted
    from seodang.store import Store

    with Store.open() as store:
        me = store.me(now()).id
        store.saw_result(me, Result(question.slug, came_out, now()), token=f"{ledger}:{came_out}")
        return counted(store.record(me)).get(question.slug)


def keep_explained(question: Question) -> None:
    """Remember that the explanation was read."""
    from seodang.store import Store

    with Store.open() as store:
        store.explained(store.me(now()).id, question.slug, now())


def now() -> datetime.datetime:
    """The time, which the rooms below take as an argument."""
    return datetime.datetime.now(datetime.UTC)


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
