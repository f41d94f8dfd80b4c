"""Several processes at once, and one that is killed in the middle of a sentence."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import pytest
from review.learning import at, good, predicted

from seodang.store import RunStatus, Store

WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from seodang.review import Grade, Prediction, Review
from seodang.store import NoteChanged, Store

url, name = sys.argv[1:]
start = datetime(2026, 11, 20, 9, tzinfo=UTC)
with Store.open(url, patience=60) as store:
    me = store.me(start).id
    for number in range(25):
        at = start + timedelta(hours=number)
        store.predict(me, Prediction("relu", name, 80, at), f"shared {number}")
        store.log_review(me, Review("relu", Grade.GOOD if number % 3 else Grade.AGAIN, at))
        while True:
            note = store.note(me, "relu")
            try:
                store.write_note(me, "relu", note.text + name, at, note.revision)
                break
            except NoteChanged:
                pass
"""

DIES = """
import os, sys
from datetime import UTC, datetime
from seodang.review import Grade, Review
from seodang.store import Store, reviewing

url, writes = sys.argv[1], int(sys.argv[2])
with Store.open(url) as store:
    me = store.me(datetime(2026, 11, 20, tzinfo=UTC)).id
    keep = reviewing.keep

    def die(*words):
        if writes:
            keep(*words)
        os.kill(os.getpid(), 9)

    reviewing.keep = die
    store.log_review(me, Review("relu", Grade.AGAIN, datetime(2026, 12, 24, tzinfo=UTC)))
"""


def started(program: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program, *words], stderr=subprocess.PIPE, text=True)


def test_two_processes_that_begin_together_lose_nothing_of_each_other(url: str) -> None:
    """Neither has a database yet: both make it, both make the learner, and both write to the same things."""
    writers = [started(WRITER, url, name) for name in "ab"]
    for writer in writers:
        _, said = writer.communicate(timeout=120)
        assert writer.returncode == 0, said
    with Store.open(url) as store:
        (me,) = store.learners()
        assert len(store.predictions(me.id)) == 25  # the same 25 tokens from both
        assert len(store.reviews(me.id)) == 50
        assert store.record(me.id).cards == store.rebuild_cards(me.id)
        note = store.note(me.id, "relu")
        assert (note.text.count("a"), note.text.count("b"), note.revision) == (25, 25, 50)


@pytest.mark.parametrize("writes", ["0", "1"], ids=["after the log", "after the log and the card"])
def test_a_process_killed_between_two_writes_leaves_a_whole_state(url: str, writes: str) -> None:
    with Store.open(url) as store:
        me = store.me(at(0)).id
        before = store.log_review(me, good("relu", 0))
        killed = started(DIES, url, writes)
        killed.communicate(timeout=60)
        assert killed.returncode == -9
        assert store.reviews(me) == (good("relu", 0),)
        assert store.record(me).cards == store.rebuild_cards(me) == {"relu": before}
        store.log_review(me, good("relu", 3))  # and no lock of the dead stands in the way


def test_threads_share_a_store(store: Store, me: int) -> None:
    def write(number: int) -> None:
        store.predict(me, predicted("relu", number), f"token {number % 20}")
        store.log_review(me, good(f"q{number % 3}", number))
        store.record(me)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))
    assert len(store.predictions(me)) == 20
    assert len(store.reviews(me)) == 40
    assert store.record(me).cards == store.rebuild_cards(me)


def test_two_who_end_a_run_end_it_once(store: Store, me: int) -> None:
    run = store.begin_run(me, "relu", "key", {}, at(0))

    def end(status: RunStatus) -> RunStatus:
        return store.end_run(run.id, status, at(1), error=status).status

    with ThreadPoolExecutor(2) as threads:
        told = set(threads.map(end, [RunStatus.DONE, RunStatus.CANCELLED]))
    assert told == {store.run(run.id).status}
    assert store.run(run.id).error == store.run(run.id).status


def test_a_reader_sees_one_moment_while_another_writes(url: str) -> None:
    """And neither waits for the other: that is what SQLite's write-ahead log is for."""
    with Store.open(url, patience=0) as store, Store.open(url, patience=0) as other:
        me = store.me(at(0)).id
        with store._reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM predictions").one()
            other.predict(me, predicted("relu", 0))
            assert connection.exec_driver_sql("SELECT count(*) FROM predictions").scalar() == 0
        assert len(store.predictions(me)) == 1


def test_of_many_who_come_first_at_once_one_makes_the_learner(url: str) -> None:
    with ExitStack() as stack:
        stores = [stack.enter_context(Store.open(url)) for _ in range(8)]
        together = Barrier(len(stores))

        def come(store: Store) -> int:
            store.learners()  # connected already
            together.wait()
            return store.me(at(0)).id

        with ThreadPoolExecutor(len(stores)) as threads:
            assert len(set(threads.map(come, stores))) == 1
