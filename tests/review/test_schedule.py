"""When cards are due: the same however the log is replayed, and as FSRS has it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review.learning import again, at, good

from seodang.review import CardState, Grade, Prediction, PredictionError, Review, advance, grade, recall, replay
from seodang.review.times import MINUTES, day_begins, day_start, utc

reviews = st.lists(
    st.builds(
        Review,
        st.just("q"),
        st.sampled_from(Grade),
        st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    ),
    max_size=25,
)
minutes = st.integers(0, MINUTES - 1)


def known(state: CardState | None) -> CardState:
    assert state is not None
    return state


@given(reviews, minutes, st.integers(0, 25))
def test_replaying_a_log_in_any_split_gives_the_same_state(log: list[Review], begins: int, cut: int) -> None:
    whole = replay(log, begins)
    log = sorted(log, key=lambda review: review.at)
    state = replay(log[:cut], begins)
    for review in log[cut:]:
        state = advance(state, review, begins)
    assert state == whole


@given(reviews, minutes, st.randoms(use_true_random=False))
def test_the_order_in_which_reviews_arrive_does_not_matter(log: list[Review], begins: int, random: object) -> None:
    log = list({review.at: review for review in log}.values())  # two at one moment keep their order in the log
    shuffled = list(log)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert replay(shuffled, begins) == replay(log, begins)


@given(reviews.filter(bool), minutes)
def test_a_card_comes_back_on_a_later_day_at_the_beginning_of_it(log: list[Review], begins: int) -> None:
    state = known(replay(log, begins))
    today = day_start(state.last, begins)
    assert state.due >= today + timedelta(days=1)
    assert day_start(state.due, begins) == state.due
    assert 1 <= state.difficulty <= 10
    assert state.reviews == len(log)


def test_remembered_cards_come_back_later_and_later() -> None:
    log, gaps, day = [], [], 0
    for _ in range(5):
        log.append(good("q", day))
        gaps.append((known(replay(log, 0)).due - day_start(at(day), 0)).days)
        day += gaps[-1]
    assert gaps[0] == 2
    assert gaps == sorted(set(gaps))
    assert gaps[-1] > 100


def test_a_forgotten_card_comes_back_tomorrow_and_keeps_less_long() -> None:
    before = known(replay([good("q", 0), good("q", 2), good("q", 13)], 0))
    after = advance(before, again("q", 60), 0)
    assert after.due == day_start(at(60), 0) + timedelta(days=round(after.stability))
    assert (after.due - day_start(at(60), 0)).days <= 3
    assert after.stability < before.stability
    assert (after.lapses, after.forgotten) == (1, True)


def test_the_first_review_forgotten_is_no_lapse() -> None:
    state = known(replay([again("q", 0)], 0))
    assert (state.lapses, state.forgotten) == (0, True)
    assert (state.due - day_start(at(0), 0)).days == 1


def test_a_state_is_what_the_package_says_with_its_default_parameters() -> None:
    from fsrs import Card, Rating, Scheduler

    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card = Card(card_id=1)
    for day, rating in ((0, Rating.Good), (3, Rating.Again), (4, Rating.Good), (9, Rating.Good)):
        card, _ = scheduler.review_card(card, rating, at(day))
    state = known(replay([good("q", 0), again("q", 3), good("q", 4), good("q", 9)], 9 * 60))  # a day begins at 09:00
    assert (state.stability, state.difficulty, state.due) == (card.stability, card.difficulty, card.due)


def test_recall_is_certain_at_once_and_ninety_percent_when_due() -> None:
    state = known(replay([good("q", 0), good("q", 2)], 0))
    assert recall(state, at(2.1), 0) == 1
    assert recall(state, state.due, 0) == pytest.approx(0.9, abs=0.01)
    assert recall(state, state.due + timedelta(days=30), 0) < 0.9


def test_reviews_on_both_sides_of_midnight_fall_on_one_day_of_the_learners() -> None:
    seoul = timezone(timedelta(hours=9))
    begins = day_begins(timedelta(hours=9))
    late = datetime(2026, 11, 20, 23, 50, tzinfo=seoul)
    assert day_start(late, begins) == day_start(late + timedelta(minutes=20), begins)
    assert day_start(late, begins).astimezone(seoul) == datetime(2026, 11, 20, 4, 0, tzinfo=seoul)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)), minutes)
def test_a_day_holds_its_moments(moment: datetime, begins: int) -> None:
    start = day_start(moment, begins)
    assert start <= moment < start + timedelta(days=1)
    assert day_start(start, begins) == start


def test_an_older_review_is_no_next_one() -> None:
    state = replay([good("q", 5)], 0)
    with pytest.raises(ValueError, match="does not follow"):
        advance(state, good("q", 4), 0)
    with pytest.raises(ValueError, match="does not follow"):
        advance(state, good("another", 6), 0)


def test_times_without_a_timezone_are_refused_and_others_come_back_in_utc() -> None:
    naive = datetime(2026, 11, 20, 9)
    for make in (lambda: Prediction("q", "yes", 80, naive), lambda: Review("q", Grade.GOOD, naive), lambda: utc(naive)):
        with pytest.raises(ValueError, match="2026-11-20T09:00:00 has no timezone"):
            make()
    seoul = datetime(2026, 11, 20, 18, tzinfo=timezone(timedelta(hours=9)))
    assert Prediction("q", "yes", 80, seoul).at.tzinfo is UTC


@pytest.mark.parametrize("sure", [49, 100, -1])
def test_a_confidence_that_is_none_is_refused(sure: int) -> None:
    with pytest.raises(PredictionError, match=f"sure={sure}: say how sure you are, from 50 to 99 percent"):
        Prediction("q", "yes", sure, at(0))


def test_an_answer_that_can_be_checked_is_graded() -> None:
    assert grade("helps", "helps") is Grade.GOOD
    assert grade("helps", "hurts") is Grade.AGAIN
