"""The log of reviews is the truth; what is kept beside it is what the log says, however it was written."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review.learning import again, at, good
from sqlalchemy import event, text

from seodang.review import Grade, OwnCard, Reason, Review, due_cards, replay
from seodang.review.times import MINUTES
from seodang.store import Store, StoreError

NAMES = count()
logs = st.lists(
    st.builds(
        Review,
        st.sampled_from(["a", "b", "own:c"]),
        st.sampled_from(Grade),
        st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    ),
    max_size=12,
)


def test_a_review_moves_its_card(store: Store, me: int) -> None:
    state = store.log_review(me, good("relu", 0))
    assert store.record(me).cards == {"relu": state}
    begins = store.record(me).day_begins
    assert store.log_review(me, again("relu", 2)) == replay([good("relu", 0), again("relu", 2)], begins)
    assert store.reviews(me, "relu") == store.reviews(me) == (good("relu", 0), again("relu", 2))
    assert store.reviews(me, "tanh") == ()


def test_the_answer_given_is_kept_with_the_review(store: Store, me: int) -> None:
    review = Review("relu", Grade.AGAIN, at(0), answer="helps")
    store.log_review(me, review)
    assert store.reviews(me) == (review,)


def test_a_review_sent_twice_counts_once(store: Store, me: int) -> None:
    first = store.log_review(me, good("relu", 0), "form-1")
    assert store.log_review(me, good("relu", 0), "form-1") == first
    assert store.log_review(me, again("relu", 1), "form-1") == first  # the same form, edited and sent again
    assert store.reviews(me) == (good("relu", 0),)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=logs, begins=st.integers(0, MINUTES - 1))
def test_states_kept_are_states_rebuilt_in_whatever_order_reviews_come(store: Store, log: list[Review], begins: int) -> None:
    learner = store.new_learner(f"learner {next(NAMES)}", at(0)).id
    store.begin_day_at(learner, begins)
    for review in log:
        store.log_review(learner, review)
    kept = store.record(learner).cards
    assert kept == store.rebuild_cards(learner) == store.record(learner).cards
    cards = {review.card for review in log}
    assert kept == {card: replay([r for r in log if r.card == card], begins) for card in cards}


def test_another_beginning_of_the_day_schedules_every_card_anew(store: Store, me: int) -> None:
    store.begin_day_at(me, 0)
    store.log_review(me, good("relu", 0))
    store.begin_day_at(me, 600)
    record = store.record(me)
    assert record.day_begins == 600
    assert record.cards == {"relu": replay([good("relu", 0)], 600)}
    with pytest.raises(StoreError, match="day_begins=1440: give the minute of the UTC day"):
        store.begin_day_at(me, 1440)


def test_cards_of_ones_own_are_written_over_by_their_guid_and_keep_their_reviews(store: Store, me: int) -> None:
    assert store.add_cards(me, [OwnCard("g", "front", "back", at(0)), OwnCard("h", "x", "y", at(0))]) == 2
    store.log_review(me, good("own:g", 1))
    store.add_cards(me, [OwnCard("g", "better", "back", at(5), ("t",))])
    record = store.record(me)
    assert record.own == (OwnCard("g", "better", "back", at(0), ("t",)), OwnCard("h", "x", "y", at(0)))
    assert [(due.card, due.reason) for due in due_cards(record, at(3))] == [
        ("own:g", Reason.FADING),
        ("own:h", Reason.NEW_OWN),
    ]
    store.drop_card(me, "g")
    assert store.reviews(me) == ()
    assert store.record(me).cards == store.rebuild_cards(me) == {}
    assert [card.guid for card in store.record(me).own] == ["h"]


@pytest.fixture
def long_kept(tmp_path: Path) -> Iterator[tuple[Store, int]]:
    """A store with the reviews of months: 40 cards, 400 reviews."""
    with Store.open(f"sqlite:///{tmp_path}/seodang.db") as store:
        me = store.me(at(0)).id
        for number in range(400):
            store.log_review(me, (again if number % 7 == 0 else good)(f"q{number % 40}", number / 4))
        yield store, me


def test_the_home_page_asks_as_little_of_a_long_log_as_of_a_short_one(long_kept: tuple[Store, int]) -> None:
    """Reading the record never touches the log: as many statements as of an empty one, each through an index."""
    store, me = long_kept
    said: list[str] = []
    engine = store._engine
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: said.append(statement))
    record = store.record(me)
    assert len(record.cards) == 40
    assert len(said) <= 8
    with engine.connect() as connection:
        for statement in [each for each in said if each.startswith("SELECT")]:
            assert "reviews." not in statement
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("x",) * statement.count("?")).all()
            assert not [row for row in plan if str(row[3]).startswith("SCAN")], (statement, plan)


def test_one_review_reads_only_the_log_of_its_card(long_kept: tuple[Store, int]) -> None:
    store, me = long_kept
    with store._engine.connect() as connection:
        sql = text("EXPLAIN QUERY PLAN SELECT * FROM reviews WHERE learner_id = :me AND card = 'q1' ORDER BY at, id")
        plan = " ".join(str(row[3]) for row in connection.execute(sql, {"me": me}))
    assert "USING INDEX ix_reviews_learner_id_card_at" in plan
    assert "TEMP B-TREE" not in plan
