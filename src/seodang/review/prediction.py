"""A prediction made before the run, and how good it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from seodang.review.times import utc

LEAST_SURE, MOST_SURE = 50, 99


class PredictionError(ValueError):
    """A prediction that cannot be one; the message says why."""


@dataclass(frozen=True)
class Prediction:
    """What a learner expects of a question, and how sure they are of it, in percent."""

    slug: str
    choice: str
    sure: int
    at: datetime
    """When; in UTC."""
    why: str = ""
    language: str = ""
    """The language it was made in; empty where that was not kept."""

    def __post_init__(self) -> None:
        if not LEAST_SURE <= self.sure <= MOST_SURE:
            raise PredictionError(f"sure={self.sure}: say how sure you are, from {LEAST_SURE} to {MOST_SURE} percent")
        object.__setattr__(self, "at", utc(self.at))


def brier(sure: int, right: bool) -> float:
    """The squared distance between the stated probability and what happened: 0 is perfect, 0.25 what "50 %" always gets.

    Brier 1950, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78.
    """
    return (sure / 100 - right) ** 2
