"""Which cards are due and why, where a learner stands, and what is proposed next."""

import dataclasses
from datetime import datetime

import pytest
from review.learning import again, at, good, predicted, result

from seodang.review import (
    CardState,
    OwnCard,
    Reason,
    Record,
    Review,
    State,
    Suggestion,
    Why,
    due_cards,
    every_card,
    replay,
    standings,
    study_next,
)

SYLLABUS = {"losses": ("hinge",), "nets": ("relu", "tanh", "init"), "norm": ("dropout",)}
SLUGS = [slug for slugs in SYLLABUS.values() for slug in slugs]


def cards(*logs: list[Review]) -> dict[str, CardState]:
    states = [replay(log, 0) for log in logs]
    return {state.card: state for state in states if state is not None}


def test_a_card_of_a_question_met_is_due_on_the_day_after_and_not_before() -> None:
    record = Record(predictions=(predicted("relu", 0, 70, "no"),), results=(result("relu", 0),))
    assert due_cards(record, at(0.5)) == ()
    (due,) = due_cards(record, at(1))
    assert (due.card, due.reason, due.sure, due.days) == ("relu", Reason.NEW_WRONG, 70, 0)
    assert due.since == datetime(2026, 11, 21, tzinfo=at(0).tzinfo)
    assert due_cards(record, at(4))[0].days == 3


def test_the_beginning_of_the_learners_day_decides_when() -> None:
    record = Record(results=(result("relu", 0),), day_begins=10 * 60)  # met at 09:00, an hour before the day began
    assert [due.card for due in due_cards(record, at(0.1))] == ["relu"]


def test_cards_are_asked_wrong_predictions_first_the_surest_first() -> None:
    record = Record(
        predictions=(
            *(predicted("relu", 0, 60, "no"), predicted("tanh", 0, 95, "no")),
            *(predicted("init", 0, 90), predicted("later", 0, 99, "no")),
        ),
        results=tuple(result(slug, 0) for slug in ("relu", "tanh", "init", "shown")),
        explained={"source": at(0)},
        own=(OwnCard("1", "front", "back", at(0)),),
        cards=cards(
            [good("weak", -40)],
            [good("firm", -20), good("firm", -18), good("firm", -9)],
            [again("lost", -1)],
            [good("kept", -1)],
        ),
    )
    assert [(due.card, due.reason) for due in due_cards(record, at(30))] == [
        ("tanh", Reason.NEW_WRONG),
        ("relu", Reason.NEW_WRONG),
        ("lost", Reason.FORGOTTEN),
        ("weak", Reason.FADING),
        ("kept", Reason.FADING),
        ("init", Reason.NEW_RIGHT),
        ("shown", Reason.NEW_SEEN),
        ("source", Reason.NEW_SEEN),
        ("own:1", Reason.NEW_OWN),
    ]


def test_a_fading_card_says_how_far_it_has_faded() -> None:
    record = Record(cards=cards([good("relu", 0)]))
    (due,) = due_cards(record, at(10))
    assert due.recall is not None
    assert 0.5 < due.recall < 0.9
    assert (due.days, due.state) == (8, record.cards["relu"])


def test_a_question_has_one_card_however_often_it_was_met() -> None:
    record = Record(
        results=(result("relu", 0), result("relu", 5)), explained={"relu": at(1)}, cards=cards([good("relu", 2)])
    )
    assert [card.card for card in every_card(record)] == ["relu"]


STATES: list[tuple[State, Record]] = [
    (State.UNTOUCHED, Record()),
    (State.PREDICTED, Record(predictions=(predicted("relu", 0),))),
    (State.RAN, Record(ran={"relu": at(10)})),
    (State.RAN, Record(predictions=(predicted("relu", 0),), results=(result("relu", 10),))),
    (State.EXPLAINED, Record(results=(result("relu", 10),), explained={"relu": at(10)})),
    (State.EXPLAINED, Record(explained={"relu": at(5)}, cards=cards([good("relu", 9)]))),
    (State.STRONG, Record(cards=cards([good("relu", -20), good("relu", -18), good("relu", -7)]))),
    (State.DUE, Record(results=(result("relu", 9),))),
    (State.DUE, Record(explained={"relu": at(0)}, cards=cards([again("relu", 9)]))),
    (State.DUE, Record(cards=cards([good("relu", -200), good("relu", -198), good("relu", -187)]))),
]


@pytest.mark.parametrize(("state", "record"), STATES, ids=[str(state) for state, _ in STATES])
def test_the_state_of_a_question(state: State, record: Record) -> None:
    now = at(10.01)
    assert standings(record, SLUGS, now)["relu"].state is state
    assert standings(record, SLUGS, now)["tanh"].state is State.UNTOUCHED


def test_a_standing_says_what_it_rests_on() -> None:
    record = Record(
        predictions=(predicted("relu", 0, 85, "no"),),
        results=(result("relu", 1),),
        explained={"relu": at(1)},
        cards=cards([again("relu", 3)]),
    )
    standing = standings(record, SLUGS, at(3.1))["relu"]
    assert standing.predicted is record.predictions[0]
    assert standing.right is False
    assert (standing.touched, standing.card, standing.due) == (at(3), record.cards["relu"], record.cards["relu"].due)


def test_one_who_begins_is_led_through_the_syllabus() -> None:
    assert study_next(Record(), SYLLABUS, at(0)) == (Suggestion(Why.NEXT, "hinge", "losses", count=0, of=5),)


def test_due_cards_come_first_then_what_was_begun_then_the_weak_chapter_then_the_next() -> None:
    record = Record(
        predictions=(predicted("relu", 0, 90, "no"), predicted("dropout", 3), predicted("tanh", 2)),
        results=(result("relu", 0), result("tanh", 4)),
        explained={"relu": at(0)},
    )
    assert study_next(record, SYLLABUS, at(4.2)) == (
        Suggestion(Why.CARDS_DUE, count=1, days=3),
        Suggestion(Why.RAN, "tanh", "nets", days=0),
        Suggestion(Why.PREDICTED, "dropout", "norm", days=1),
        Suggestion(Why.WEAK_CHAPTER, "init", "nets", count=1, of=2),
        Suggestion(Why.NEXT, "hinge", "losses", count=3, of=5),
    )


def test_a_question_run_stays_in_progress_until_its_explanation_was_read_though_its_card_is_due() -> None:
    record = Record(results=(result("relu", 0),))
    assert [each.why for each in study_next(record, SYLLABUS, at(2))][:2] == [Why.CARDS_DUE, Why.RAN]


def test_no_question_is_proposed_twice_and_no_more_than_asked_for() -> None:
    record = Record(
        predictions=(predicted("hinge", 0, 90, "no"),), results=(result("hinge", 0),), explained={"hinge": at(0)}
    )
    weak = study_next(record, {"losses": ("hinge", "softmax")}, at(0.1))
    assert [(each.why, each.slug) for each in weak] == [(Why.WEAK_CHAPTER, "softmax")]
    assert len(study_next(dataclasses.replace(record, explained={}), SYLLABUS, at(3), most=2)) == 2


def test_nothing_is_proposed_when_all_is_read_and_no_card_is_due() -> None:
    assert study_next(Record(explained=dict.fromkeys(SLUGS, at(0))), SYLLABUS, at(0.1)) == ()
