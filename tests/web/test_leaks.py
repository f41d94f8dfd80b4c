"""Nothing of a result is in any byte of any answer before it is asked for: two opposite outcomes give the same bytes."""

import re
from pathlib import Path
from typing import Any

import pytest
from web.routes import EXAMPLES
from web.school import QUESTION, School, opened

FIXED = "a fixed token"


@pytest.fixture(autouse=True)
def _fixed_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are random; here they must not hide or make a difference."""
    for module in ("questions", "reviewing"):
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
