"""Runs: in a process of their own, seen live, stopped, and resumed from the ledger when that process is killed."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from web.school import QUESTION, SLUG, School, opened, words

from seodang.evidence import Evidence
from seodang.store import StoreError
from seodang.web.workers import Job


def wait_until(true: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def run(school: School, **settings: str) -> Job:
    """Begin a run, or an exploration."""
    answer = school.post(f"{QUESTION}/explore" if settings else f"{QUESTION}/run", settings)
    job = school.desk.runs.job(answer.headers["location"].rpartition("/")[2])
    assert job is not None
    return job


def test_a_run_goes_to_its_verdict_and_shows_it(school: School) -> None:
    school.predict("relu", 80)
    job = run(school)
    assert run(school) is job, "a double click begins it once"
    with school.client.stream("GET", f"/running/{job.id}/events") as stream:
        told = "".join(stream.iter_text())
    assert told.rstrip().endswith(f"event: over\ndata: {QUESTION}")
    assert "PyTorch is starting." in told
    assert "Decided after 6 seeds." in told
    page = words(school.get(QUESTION).text)
    assert "You were right." in page
    assert "Your run: 6 seeds" in page
    assert "Recorded by the author" in words(school.get(f"{QUESTION}?of=recorded").text)
    (row,) = school.desk.store.runs(school.desk.me)
    assert (str(row.status), row.exploration) == ("done", False)
    assert "1000–1005 (6)" in words(school.get(f"/runs/{row.id}").text)
    assert school.get(f"/runs/{row.id}/evidence.json").json()["seeds"] == list(range(1000, 1006))
    assert school.get(f"{QUESTION}/figure.csv?of=own").text.startswith("seed,relu.accuracy,sigmoid.accuracy,relu_learns")


def test_a_killed_process_is_started_again_and_the_run_goes_on_from_its_ledger(tmp_path: Path) -> None:
    """Killed after the first block, it gives the same ledger as a run that was left alone."""
    alone, killed = ledger_of(tmp_path / "alone", kill=False), ledger_of(tmp_path / "killed", kill=True)
    assert alone.seeds == killed.seeds
    assert alone.begins(killed)


def ledger_of(folder: Path, *, kill: bool) -> Evidence:
    """What a run gives in a school of its own."""
    with opened(folder) as school:
        school.predict()
        job = run(school, pause="0.05")
        if kill:
            wait_until(lambda: job.ledger is not None)
            process = school.desk.runs._process
            assert process is not None
            os.kill(process.pid, signal.SIGKILL)
            wait_until(lambda: school.desk.runs._process not in (None, process))
        wait_until(lambda: job.over)
        assert (job.state, job.message) == ("done", "")
        assert job.ledger is not None
        return job.ledger


def test_a_process_that_dies_again_and_again_is_given_up(school: School) -> None:
    school.predict()
    school.desk.runs.close()
    school.desk.runs.closing = False
    school.desk.runs.command = ("false",)
    job = run(school)
    wait_until(lambda: job.over)
    assert "died again and again" in words(school.get(f"/running/{job.id}").text)


def test_a_cancelled_run_keeps_its_whole_blocks_and_goes_on_later(school: School) -> None:
    school.predict()
    job = run(school, pause="0.1")
    wait_until(lambda: job.ledger is not None)
    school.post(f"/running/{job.id}/cancel")
    wait_until(lambda: job.over)
    assert job.state == "cancelled"
    kept = len(job.ledger.seeds) if job.ledger else 0
    again = run(school, pause="0.1")
    assert again is not job
    wait_until(lambda: again.over)
    assert again.ledger is not None
    assert len(again.ledger.seeds) > kept


def test_a_knob_out_of_bounds_is_told_in_a_sentence(school: School) -> None:
    school.look()
    job = run(school, gain="7")
    wait_until(lambda: job.over)
    assert job.state == "failed"
    assert "gain=7.0: must be" in words(school.get(f"/running/{job.id}").text)


def test_explorations_are_kept_to_compare_and_leave_the_claim_of_the_book_alone(school: School) -> None:
    school.predict("relu", 80)
    for gain in ("0.05", "0.6"):
        job = run(school, gain=gain)
        wait_until(lambda job=job: job.over)  # type: ignore[misc]
    assert not school.desk.opening(SLUG).seen, "an exploration shows no result of the book's claim"
    shown = school.get(f"{QUESTION}/explorations")
    assert "gain = 0.05" in words(shown.text)
    assert "gain = 0.6" in words(shown.text)
    id = re.search(r"explorations/(\d+)\.svg", shown.text)
    assert id
    assert school.get(f"{QUESTION}/explorations/{id[1]}.svg").text.startswith("<svg")
    school.post(f"{QUESTION}/explorations/drop", {"id": id[1]})
    assert f"explorations/{id[1]}.svg" not in school.get(f"{QUESTION}/explorations").text


def test_turning_no_knob_is_the_run_of_the_books_claim(school: School) -> None:
    school.predict()
    job = run(school, gain="0.8", pause="0.0")
    assert not job.exploration


def test_the_process_writes_its_breakdown_to_a_file_and_says_a_sentence(school: School) -> None:
    path = school.desk.library.question(SLUG).experiment
    assert path is not None
    path.write_text(path.read_text(encoding="utf-8").replace("float(np", "float(np.nothing"), encoding="utf-8")
    school.predict()
    job = run(school)
    wait_until(lambda: job.over)
    assert job.state == "failed"
    assert "broke down" in job.message
    assert "Traceback" not in school.get(f"/running/{job.id}").text
    assert "Traceback" in (school.home / "worker.log").read_text(encoding="utf-8")


def test_what_cannot_be_kept_of_a_run_is_said_and_does_not_stop_it(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("seodang.db: the disk is full")

    school.predict()
    monkeypatch.setattr(school.desk.store, "begin_run", full)
    monkeypatch.setattr(school.desk.store, "saw_result", full)
    job = run(school)
    wait_until(lambda: job.over)
    assert job.state == "done"
    assert "the disk is full" in words(school.get(f"/running/{job.id}").text)
    answer = school.post(f"{QUESTION}/look")
    assert (answer.status_code, "the disk is full" in answer.text) == (503, True)


def test_a_run_that_was_under_way_when_the_school_was_closed_is_over(tmp_path: Path) -> None:
    with opened(tmp_path) as school:
        school.desk.store.begin_run(school.desk.me, SLUG, "key", {}, school.now[0])
        school.desk.tidy()
        (row,) = school.desk.store.runs(school.desk.me)
        assert str(row.status) == "cancelled"
