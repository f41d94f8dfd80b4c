"""The log of reviews, and where each card stands: derived from the log, kept beside it, made anew from it at any time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from seodang.review import OWN, CardState, OwnCard, Review, advance, replay
from seodang.store.rows import append, lock, put
from seodang.store.tables import cards, own_cards, reviews


def log(connection: Connection, learner: int, review: Review, token: str | None) -> CardState:
    """One more review, and where its card stands after it. One that is older than the last is replayed into its place."""
    day_begins = lock(connection, learner).day_begins
    values = {"card": review.card, "grade": review.grade, "answer": review.answer, "at": review.at}
    row, new = append(connection, reviews, learner, token, **values)
    before = states(connection, learner, row.card).get(row.card)
    if before is not None and not new:
        return before
    if before is not None and row.at >= before.last:
        after = advance(before, _review(row), day_begins)
    else:
        replayed = replay(logged(connection, learner, row.card), day_begins)
        assert replayed is not None  # the log holds at least the review just written
        after = replayed
    keep(connection, learner, after)
    return after


def logged(connection: Connection, learner: int, card: str | None) -> tuple[Review, ...]:
    """The log in the order of its times; of one card or of all."""
    rows = select(reviews).where(reviews.c.learner_id == learner).order_by(reviews.c.at, reviews.c.id)
    if card is not None:
        rows = rows.where(reviews.c.card == card)
    return tuple(map(_review, connection.execute(rows)))


def states(connection: Connection, learner: int, card: str | None = None) -> dict[str, CardState]:
    """Where the cards that were reviewed stand; one or all."""
    rows = select(cards).where(cards.c.learner_id == learner)
    if card is not None:
        rows = rows.where(cards.c.card == card)
    return {row.card: _state(row) for row in connection.execute(rows)}


def keep(connection: Connection, learner: int, state: CardState) -> None:
    """Write where a card stands."""
    values = asdict(state)
    put(connection, cards, {"learner_id": learner, "card": values.pop("card")}, **values)


def rebuild(connection: Connection, learner: int) -> dict[str, CardState]:
    """Every card's state, made anew from the log."""
    day_begins = lock(connection, learner).day_begins
    rows = select(reviews).where(reviews.c.learner_id == learner).order_by(reviews.c.card, reviews.c.at, reviews.c.id)
    log = map(_review, connection.execute(rows))
    made = {card: replay(each, day_begins) for card, each in groupby(log, key=lambda review: review.card)}
    fresh = {card: state for card, state in made.items() if state is not None}
    connection.execute(delete(cards).where(cards.c.learner_id == learner))
    if fresh:
        connection.execute(insert(cards), [{"learner_id": learner, **asdict(state)} for state in fresh.values()])
    return fresh


def add_own(connection: Connection, learner: int, made: Sequence[OwnCard]) -> int:
    """Cards of the learner's own; one whose guid is there already is written over, and keeps its time and its reviews."""
    lock(connection, learner)
    mine = own_cards.c.learner_id == learner
    there = set(connection.execute(select(own_cards.c.guid).where(mine)).scalars())
    for card in made:
        time = {} if card.guid in there else {"at": card.at}
        there.add(card.guid)
        key = {"learner_id": learner, "guid": card.guid}
        put(connection, own_cards, key, front=card.front, back=card.back, tags=list(card.tags), **time)
    return len(made)


def drop_own(connection: Connection, learner: int, guid: str) -> None:
    """The card, and with it what was logged of it: it is gone, not merely hidden."""
    lock(connection, learner)
    connection.execute(delete(own_cards).where(own_cards.c.learner_id == learner, own_cards.c.guid == guid))
    for table in (reviews, cards):
        connection.execute(delete(table).where(table.c.learner_id == learner, table.c.card == OWN + guid))


def _review(row: Row[Any]) -> Review:
    return Review(row.card, row.grade, row.at, row.answer)


def _state(row: Row[Any]) -> CardState:
    return CardState(
        row.card, row.stability, row.difficulty, row.due, row.last, row.reviews, row.lapses, bool(row.forgotten)
    )
