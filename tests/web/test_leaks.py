"""Nothing of a result is in any byte of any answer before it is asked for: two opposite outcomes give the same bytes."""

import re
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from web.routes import EXAMPLES
from web.school import QUESTION, SLUG, School, opened
from web.test_running import run, wait_until

FIXED = "a-fixed-token"
SLOW = """
import json, os, sys
for line in sys.stdin:
    order = json.loads(line)
    told = [{"event": "opened", "path": os.devnull, "parameters": {}, "seeds": 0}]
    told += [{"event": "progress", "arm": "relu", "step": 1, "steps": 100, "seeds": [1000, 1001]}]
    for each in [{"event": "cancelled"}] if order["do"] == "cancel" else told:
        print(json.dumps({"id": order["id"], **each}), flush=True)
"""
"""A process that has begun with the first seeds, and is not done with them before it is stopped."""


@pytest.fixture(autouse=True)
def _fixed_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are random; here they must not hide or make a difference."""
    for module in ("questions", "reviewing", "running"):
        monkeypatch.setattr(f"seodang.web.{module}.token", lambda: FIXED)


def answers(school: School) -> dict[str, tuple[int, bytes, list[tuple[str, str]]]]:
    """Every page as it is sent: status, bytes and headers."""
    kept = {}
    for address in EXAMPLES:
        answer = school.client.get(address, follow_redirects=False)
        headers = sorted((name, value) for name, value in answer.headers.items() if name not in ("date", "set-cookie"))
        kept[address] = (answer.status_code, re.sub(rb"1-of-[0-9a-f]+", b"", answer.content), headers)
    return kept


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("predicted", [False, True])
def test_two_opposite_outcomes_give_the_same_bytes(tmp_path: Path, language: str, predicted: bool) -> None:
    kept: list[Any] = []
    for supported in (True, False):
        with opened(tmp_path / str(supported), supported=supported, language=language) as school:
            if predicted:
                school.predict("relu", 90)
                school.post(f"{QUESTION}/note", {"text": "a note", "revision": 0})
            kept.append(answers(school))
    for address in EXAMPLES:
        assert kept[0][address] == kept[1][address], address


def test_the_same_comparison_sees_a_difference_once_the_result_was_asked_for(tmp_path: Path) -> None:
    """That the test above can fail."""
    kept: list[Any] = []
    for supported in (True, False):
        with opened(tmp_path / str(supported), supported=supported) as school:
            school.look()
            kept.append(answers(school))
    different = {address for address in EXAMPLES if kept[0][address] != kept[1][address]}
    assert {QUESTION, "/evidence", f"{QUESTION}/figure.csv", f"{QUESTION}/evidence.json"} <= different


def test_a_run_is_not_begun_before_a_prediction(school: School) -> None:
    answer = school.post(f"{QUESTION}/run")
    assert answer.headers["location"] == f"{QUESTION}#predict"
    assert school.desk.runs.latest("relu_over_sigmoid") is None


def streamed(school: School, *, slow: bool) -> bytes:
    """The bytes that the stream of a run sends: of one stopped before its first seed, or of one left to go to its end."""
    if slow:
        school.desk.runs.close()
        school.desk.runs.closing = False
        school.desk.runs.command = (sys.executable, "-c", SLOW)
    job = run(school)
    if slow:
        wait_until(lambda: job.seeds, 300)
        threading.Timer(0.5, school.desk.runs.cancel, [job]).start()
    with school.client.stream("GET", f"/running/{job.id}/events") as stream:
        return b"".join(stream.iter_bytes())


@pytest.mark.parametrize("language", ["en", "ko"])
def test_before_its_first_seed_a_run_streams_the_same_bytes_for_two_opposite_outcomes(tmp_path: Path, language: str) -> None:
    kept = []
    for supported in (True, False):
        with opened(tmp_path / str(supported), supported=supported, language=language) as school:
            school.predict("relu", 90)
            kept.append(streamed(school, slow=True))
            assert not school.desk.opening(SLUG).seen
    assert kept[0] == kept[1]
    assert kept[0].count(b"data:") > 2


def test_the_same_comparison_sees_the_authors_seeds_once_ones_own_are_in(tmp_path: Path) -> None:
    """That the test above can fail."""
    ends = []
    for supported in (True, False):
        with opened(tmp_path / str(supported), supported=supported) as school:
            school.predict("relu", 90)
            told = streamed(school, slow=False).split(b"\n\n")
            ends.append([each for each in told if b"Decided after" in each][-1])
            wait_until(lambda school=school: school.desk.opening(SLUG).seen, 300)  # type: ignore[misc]
    assert ends[0] != ends[1]


@pytest.mark.parametrize("address", ["run", "explore"])
def test_what_is_sent_before_a_prediction_is_answered_alike(tmp_path: Path, address: str) -> None:
    kept = []
    for supported in (True, False):
        with opened(tmp_path / str(supported), supported=supported) as school:
            answer = school.post(f"{QUESTION}/{address}", {"gain": "0.5"})
            assert school.desk.runs.latest(SLUG) is None
            kept.append((answer.status_code, answer.content, answer.headers["location"]))
    assert kept[0] == kept[1]
