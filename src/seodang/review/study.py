"""What to study next, and why: as data, for a page to put into words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seodang.review.due import due_cards
from seodang.review.record import Record
from seodang.review.scoring import scored
from seodang.review.standing import Standing, State, standings
from seodang.review.times import day_start

Syllabus = Mapping[str, Sequence[str]]
"""Chapter → the slugs of its questions; both in teaching order."""


class Why(StrEnum):
    """Why something is proposed, in the order in which it is."""

    CARDS_DUE = "cards_due"
    """`count` cards are due, the oldest for `days` days. `slug` is empty."""
    PREDICTED = "predicted"
    """It was predicted `days` days ago, and not yet run."""
    RAN = "ran"
    """It was run `days` days ago, and the explanation not yet read."""
    WEAK_CHAPTER = "weak_chapter"
    """Untouched, in the chapter where `count` of `of` predictions came out wrong: more than in any other."""
    NEXT = "next"
    """The next untouched question of the syllabus; `count` of `of` have been touched."""


@dataclass(frozen=True)
class Suggestion:
    """One thing to do. What the numbers mean, the reason says; what does not apply is 0 or empty."""

    why: Why
    slug: str = ""
    chapter: str = ""
    count: int = 0
    of: int = 0
    days: int = 0


def study_next(record: Record, syllabus: Syllabus, now: datetime, most: int = 5) -> tuple[Suggestion, ...]:
    """What to do now, the most urgent first; no question twice. Nothing is left when all is read and no card is due."""
    proposed: dict[str, Suggestion] = {}
    for suggestion in _suggestions(record, syllabus, now):
        proposed.setdefault(suggestion.slug, suggestion)
    return tuple(proposed.values())[:most]


def _suggestions(record: Record, syllabus: Syllabus, now: datetime) -> Iterator[Suggestion]:
    if due := due_cards(record, now):
        yield Suggestion(Why.CARDS_DUE, count=len(due), days=max(card.days for card in due))
    chapter_of = {slug: chapter for chapter, slugs in syllabus.items() for slug in slugs}
    standing = standings(record, chapter_of, now)
    yield from _begun(record, chapter_of, standing, now)
    untouched = [slug for slug, each in standing.items() if each.state is State.UNTOUCHED]
    if weak := _weakest(record, chapter_of, untouched):
        yield weak
    if untouched:
        touched = len(standing) - len(untouched)
        yield Suggestion(Why.NEXT, untouched[0], chapter_of[untouched[0]], count=touched, of=len(standing))


def _begun(
    record: Record, chapter_of: Mapping[str, str], standing: Mapping[str, Standing], now: datetime
) -> Iterator[Suggestion]:
    """The questions in progress, the one touched last first. A card that is due does not hide that the page was not read."""
    ran = {result.slug for result in record.results} | set(record.ran)
    begun = [each for each in standing.values() if each.touched and each.slug not in record.explained]
    begun.sort(key=lambda each: (each.touched, each.slug), reverse=True)
    for each in begun:
        assert each.touched is not None
        days = (day_start(now, record.day_begins) - day_start(each.touched, record.day_begins)).days
        why = Why.RAN if each.slug in ran else Why.PREDICTED
        yield Suggestion(why, each.slug, chapter_of[each.slug], days=max(0, days))


def _weakest(record: Record, chapter_of: Mapping[str, str], untouched: Sequence[str]) -> Suggestion | None:
    """The next untouched question of the chapter with the most wrong predictions; of equals the earlier chapter."""
    made: dict[str, list[bool]] = {}
    for row in scored(record):
        if row.prediction.slug in chapter_of:
            made.setdefault(chapter_of[row.prediction.slug], []).append(row.right)
    best: Suggestion | None = None
    for slug in untouched:
        chapter = chapter_of[slug]
        wrong = made.get(chapter, []).count(False)
        if wrong > (best.count if best else 0):
            best = Suggestion(Why.WEAK_CHAPTER, slug, chapter, count=wrong, of=len(made[chapter]))
    return best
