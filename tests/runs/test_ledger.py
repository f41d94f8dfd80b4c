"""Where ledgers lie: one file an experiment, its knobs and its code; a spoilt one is neither trusted nor overwritten."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from runs.questions import COIN, opened, question

from seodang.evidence import EvidenceError
from seodang.runs import ledger_path, open_ledger, run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEODANG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_run_again_continues_the_ledger(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, COIN))
    assert open_ledger(empty) is empty
    ledger = run(experiment, empty, seeds=4)
    ledger.write(ledger_path(ledger))
    assert open_ledger(empty) == ledger


def test_other_knobs_other_code_and_no_limit_have_ledgers_of_their_own(tmp_path: Path, home: Path) -> None:
    path = question(tmp_path, COIN)
    empty = opened(path)[1]
    unlimited = dataclasses.replace(empty, declared=None)
    turned = opened(path, chance=0.8)[1]
    path.write_text(COIN + "\n# changed\n", encoding="utf-8")
    edited = opened(path)[1]
    paths = {ledger_path(ledger) for ledger in (empty, unlimited, turned, edited)}
    assert len(paths) == 4
    assert all(path.is_relative_to(home) for path in paths)


SPOILT: list[Callable[[str], str]] = [
    lambda text: text[: len(text) // 2],
    lambda text: text.replace("0.9", "0.8"),
    lambda _: "",
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_spoilt_ledger_is_refused_and_left_as_it_is(tmp_path: Path, spoil: Callable[[str], str]) -> None:
    experiment, empty = opened(question(tmp_path, COIN))
    ledger = run(experiment, empty, seeds=4)
    path = ledger_path(ledger)
    ledger.write(path)
    spoilt = spoil(path.read_text(encoding="utf-8"))
    path.write_text(spoilt, encoding="utf-8")
    with pytest.raises(EvidenceError) as refusal:
        open_ledger(empty)
    assert str(refusal.value).startswith(f"{path}: ")
    assert str(refusal.value).endswith("; move the file away to begin this ledger again")
    with pytest.raises(EvidenceError):
        ledger.write(path)
    assert path.read_text(encoding="utf-8") == spoilt


def test_a_ledger_of_other_claims_is_refused(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, COIN))
    ledger = run(experiment, empty, seeds=2)
    dataclasses.replace(ledger, claims=ledger.claims[:1]).write(ledger_path(ledger))
    with pytest.raises(EvidenceError, match=r"holds other claims or arms than the experiment; move the file away$"):
        open_ledger(empty)
