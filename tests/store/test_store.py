"""What the store is told, it tells again: on every database, typed, in UTC, and once."""

from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from review.learning import at, predicted, result

from seodang.review import OwnCard, Prediction, Result
from seodang.store import NoteChanged, RunStatus, Store, StoreError

ODD = '‘따옴표’ "; DROP TABLE predictions; -- \t\n🐈 %s {x} é'
"""Words that would break what is put together by hand."""


def test_a_prediction_comes_back_as_it_was_made(store: Store, me: int) -> None:
    made = Prediction("relu", "helps", 80, at(0) + timedelta(microseconds=7), why=ODD, language="ko")
    assert store.predict(me, made) == made
    assert store.predictions(me) == (made,)


def test_times_come_back_in_utc_whatever_they_were_given_in(store: Store, me: int) -> None:
    seoul = at(0).astimezone(timezone(timedelta(hours=9)))
    store.predict(me, Prediction("relu", "helps", 80, seoul))
    store.explained(me, "relu", seoul)
    store.write_note(me, "relu", "text", seoul, 0)
    run = store.begin_run(me, "relu", "ledger", {}, seoul)
    record = store.record(me)
    for time in (record.predictions[0].at, record.explained["relu"], store.note(me, "relu").at, run.started):
        assert time is not None
        assert (time, time.tzinfo) == (at(0), UTC)


def test_a_time_without_a_timezone_is_refused(store: Store, me: int) -> None:
    with pytest.raises(ValueError, match="has no timezone"):
        store.explained(me, "relu", at(0).replace(tzinfo=None))
    assert store.record(me).explained == {}


def test_what_no_database_can_hold_is_left_out_of_words(store: Store, me: int) -> None:
    store.predict(me, Prediction("relu", "helps", 80, at(0), why="a\0b\ud800c"))
    store.set(me, "odd", "x\0y")
    assert store.predictions(me)[0].why == "abc"
    assert store.settings(me) in ({"odd": "xy"}, {"odd": "x\0y"})  # JSON spells the NUL out, and so keeps it


def test_predictions_are_told_oldest_first_and_by_question(store: Store, me: int) -> None:
    for slug, day in (("b", 2), ("a", 0), ("b", 1)):
        store.predict(me, predicted(slug, day))
    assert [(made.slug, made.at) for made in store.predictions(me)] == [("a", at(0)), ("b", at(1)), ("b", at(2))]
    assert [made.at for made in store.predictions(me, "b")] == [at(1), at(2)]


def test_a_double_click_is_one_row(store: Store, me: int) -> None:
    first = store.predict(me, predicted("relu", 0, 80), "form-1")
    assert store.predict(me, predicted("relu", 1, 60), "form-1") == first
    store.saw_result(me, result("relu", 0), "form-1")
    store.saw_result(me, result("relu", 0), "form-1")
    runs = {store.begin_run(me, "relu", "key", {}, at(0), token="form-1").id for _ in range(3)}
    kept = {store.keep_exploration(me, "relu", "key", {}, "name", at(0), "form-1").id for _ in range(3)}
    assert (len(store.predictions(me)), len(store.record(me).results), len(runs), len(kept)) == (1, 1, 1, 1)


def test_the_same_token_is_another_intention_of_another_learner_or_without_one(store: Store, me: int) -> None:
    you = store.new_learner("you", at(0)).id
    store.predict(me, predicted("relu", 0), "form-1")
    store.predict(you, predicted("relu", 0), "form-1")
    store.predict(me, predicted("relu", 0))
    store.predict(me, predicted("relu", 0))
    assert (len(store.predictions(me)), len(store.predictions(you))) == (3, 1)


def test_the_record_holds_what_the_rules_need(store: Store, me: int) -> None:
    store.predict(me, predicted("relu", 0))
    store.saw_result(me, result("relu", 1, "no"))
    store.saw_result(me, result("relu", 2, ""))
    store.explained(me, "relu", at(2))
    store.add_cards(me, [OwnCard("g", "front", "back", at(0), ("a", "b"))])
    for slug, exploration, status in (
        ("ran", False, RunStatus.DONE),
        ("turned", True, RunStatus.DONE),
        ("stopped", False, RunStatus.CANCELLED),
    ):
        run = store.begin_run(me, slug, "key", {}, at(3), exploration=exploration)
        store.end_run(run.id, status, at(4))
    record = store.record(me)
    assert record.predictions == (predicted("relu", 0),)
    assert record.results == (Result("relu", "no", at(1)), Result("relu", "", at(2)))
    assert (dict(record.explained), dict(record.ran)) == ({"relu": at(2)}, {"ran": at(4)})
    assert record.own == (OwnCard("g", "front", "back", at(0), ("a", "b")),)


def test_the_first_reading_of_an_explanation_is_the_one_kept(store: Store, me: int) -> None:
    assert store.explained(me, "relu", at(1)) == at(1)
    assert store.explained(me, "relu", at(5)) == at(1)
    assert dict(store.record(me).explained) == {"relu": at(1)}


def test_a_run_is_told_from_its_beginning_to_its_end(store: Store, me: int) -> None:
    knobs: dict[str, Any] = {"depth": 10, "lr": 0.05, "data": "digits", "deep": {"list": [1, None, True]}}
    run = store.begin_run(me, "relu", "1a2b", knobs, at(0), exploration=True)
    assert (run.status, run.ended, run.parameters, run.exploration) == (RunStatus.RUNNING, None, knobs, True)
    assert store.unfinished_runs() == (run,)
    ended = store.end_run(run.id, RunStatus.FAILED, at(1), error="no such data set")
    assert (ended.status, ended.ended, ended.error) == (RunStatus.FAILED, at(1), "no such data set")
    assert store.unfinished_runs() == ()
    assert store.runs(me, "relu") == store.runs(me) == (store.run(run.id),) == (ended,)
    assert store.runs(me, "tanh") == ()


def test_a_run_ends_once(store: Store, me: int) -> None:
    run = store.begin_run(me, "relu", "key", {}, at(0))
    store.end_run(run.id, RunStatus.CANCELLED, at(1))
    late = store.end_run(run.id, RunStatus.DONE, at(2))
    assert (late.status, late.ended) == (RunStatus.CANCELLED, at(1))
    with pytest.raises(StoreError, match="it ends as done, cancelled or failed"):
        store.end_run(run.id, RunStatus.RUNNING, at(2))


def test_explorations_are_kept_compared_and_dropped(store: Store, me: int) -> None:
    a = store.keep_exploration(me, "relu", "1", {"depth": 2}, "shallow", at(0))
    b = store.keep_exploration(me, "relu", "2", {"depth": 40}, "deep", at(1))
    assert store.explorations(me, "relu") == (a, b)
    store.drop_exploration(me, a.id)
    assert store.explorations(me) == (b,)


def test_one_learner_cannot_drop_what_is_anothers(store: Store, me: int) -> None:
    kept = store.keep_exploration(me, "relu", "1", {}, "mine", at(0))
    you = store.new_learner("you", at(0)).id
    store.drop_exploration(you, kept.id)
    assert store.explorations(me) == (kept,)
    assert store.explorations(you) == ()


def test_a_note_is_written_over_the_revision_that_was_read(store: Store, me: int) -> None:
    assert store.note(me, "relu").revision == 0
    first = store.write_note(me, "relu", ODD, at(0), 0)
    assert (first.text, first.revision) == (ODD, 1)
    second = store.write_note(me, "relu", "shorter", at(1), first.revision)
    with pytest.raises(NoteChanged, match="relu: the note was changed elsewhere") as raised:
        store.write_note(me, "relu", "from the other tab", at(2), first.revision)
    assert raised.value.note == second == store.note(me, "relu")
    assert store.write_note(me, "relu", "shorter", at(3), first.revision) == second  # saved twice: nothing to join


def test_notes_that_say_nothing_are_not_listed(store: Store, me: int) -> None:
    store.write_note(me, "b", "text", at(0), 0)
    emptied = store.write_note(me, "a", "text", at(0), 0)
    store.write_note(me, "a", "", at(1), emptied.revision)
    assert [note.slug for note in store.notes(me)] == ["b"]


def test_settings_are_whatever_json_can_say(store: Store, me: int) -> None:
    store.set(me, "theme", "dark")
    store.set(me, "theme", {"name": "light", "size": 1.5})
    store.set(me, "language", None)
    assert store.settings(me) == {"language": None, "theme": {"name": "light", "size": 1.5}}


def test_learners_are_told_apart(store: Store) -> None:
    you = store.new_learner("you", at(0), name="이름")
    me = store.me(at(1))
    assert store.me(at(5)) == me == store.learner("me")
    assert (you.name, you.made, store.learner("nobody")) == ("이름", at(0), None)
    assert store.learners() == (you, me)
    store.predict(you.id, predicted("relu", 0))
    assert store.predictions(me.id) == ()
    with pytest.raises(StoreError, match="you: someone of this name is here already"):
        store.new_learner("you", at(2))


def test_one_who_is_not_there_is_named(store: Store) -> None:
    asked = (lambda: store.record(7), lambda: store.predict(7, predicted("relu", 0)), lambda: store.set(7, "a", 1))
    for ask in asked:
        with pytest.raises(StoreError, match="there is no learner 7 here"):
            ask()
    with pytest.raises(StoreError, match="there is no run 7 here"):
        store.run(7)


def test_forgetting_a_learner_leaves_nothing_of_them_and_everything_of_others(store: Store, me: int) -> None:
    you = store.new_learner("you", at(0)).id
    for learner in (me, you):
        store.predict(learner, predicted("relu", 0))
        store.write_note(learner, "relu", "text", at(0), 0)
        store.begin_run(learner, "relu", "key", {}, at(0))
    before = store.export(you)
    store.forget(me)
    assert store.learner("me") is None
    assert store.export(you) == before
    assert [run.learner for run in store.unfinished_runs()] == [you]
    again = store.me(at(1))
    assert again.id not in (me, you)
    assert store.record(again.id).predictions == ()
    with pytest.raises(StoreError, match=f"there is no learner {me} here"):
        store.record(me)
