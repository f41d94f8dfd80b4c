"""What a learner has done, as the rules read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from seodang.review.prediction import Prediction
from seodang.review.schedule import CardState
from seodang.review.times import utc

OWN = "own:"
"""What the name of a card of the learner's own begins with. The card of a question is named by its slug."""


class Grade(StrEnum):
    """How a review went. Two grades: what can be checked is right or wrong."""

    AGAIN = "again"
    GOOD = "good"


def grade(answer: str, came_out: str) -> Grade:
    """The grade of an answer that can be checked: the choice given against the choice that came out."""
    return Grade.GOOD if answer == came_out else Grade.AGAIN


@dataclass(frozen=True)
class Review:
    """One answer to a card; the log of them is the truth about every card."""

    card: str
    grade: Grade
    at: datetime
    answer: str = ""
    """The choice given, where the learner gave one."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "grade", Grade(self.grade))
        object.__setattr__(self, "at", utc(self.at))


@dataclass(frozen=True)
class Result:
    """What a learner saw come out of a question: by a run of the book's claim, or by reading the recorded one."""

    slug: str
    came_out: str
    """The id of the choice that was right; empty while no single one was."""
    at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", utc(self.at))


@dataclass(frozen=True)
class OwnCard:
    """A card of the learner's own, written or imported."""

    guid: str
    front: str
    back: str
    at: datetime
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", utc(self.at))

    @property
    def card(self) -> str:
        """The name that its reviews are logged under."""
        return OWN + self.guid


@dataclass(frozen=True)
class Record:
    """Everything of one learner that the rules need, each list oldest first."""

    day_begins: int = 0
    """Minutes after midnight UTC."""
    predictions: tuple[Prediction, ...] = ()
    results: tuple[Result, ...] = ()
    explained: Mapping[str, datetime] = field(default_factory=dict)
    """slug → when its explanation was first read."""
    ran: Mapping[str, datetime] = field(default_factory=dict)
    """slug → when a run of the book's claim was last done."""
    cards: Mapping[str, CardState] = field(default_factory=dict)
    """card → where it stands; a card that was never reviewed is not in it."""
    own: tuple[OwnCard, ...] = ()
