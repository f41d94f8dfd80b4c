"""Predictions from the command line."""

import io
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli.commands import QUICK, Terminal

from seodang.review import Prediction
from seodang.store import Store


def test_a_prediction_given_by_options_is_kept(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("predict", QUICK, "--choice", "2", "--sure", "80", "--why", "slopes", "--json").json
    assert (said["slug"], said["sure"], said["why"]) == ("relu_over_sigmoid", 80, "slopes")
    with Store.open(f"sqlite:///{tmp_path}/home/seodang.db") as store:
        (kept,) = store.predictions(1)
    assert (kept.slug, kept.choice, kept.sure, kept.why) == ("relu_over_sigmoid", said["choice"], 80, "slopes")
    assert (kept.at.isoformat(timespec="seconds"), kept.language) == (said["at"], "en")
    assert set(said) == {"slug", "choice", "sure", "at", "why"}


def test_a_prediction_is_asked_for_at_the_prompt(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["9", "1", "about half", "60"])
    monkeypatch.setattr("seodang.cli.predicting.asking", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _prompt: next(answers))
    said = terminal("predict", QUICK)
    assert said.code == 0
    assert "60 %" in said.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--sure", "80"), "say which with --choice"),
        (("--choice", "1"), "say how sure you are with --sure 50 … 99"),
        (("--choice", "nonsense", "--sure", "80"), "--choice nonsense: choose one of"),
        (("--choice", "1", "--sure", "100"), "sure=100: say how sure you are, from 50 to 99 percent"),
        (("--choice", "1", "--sure", "30"), "sure=30: say how sure you are, from 50 to 99 percent"),
    ],
)
def test_what_is_no_prediction_is_refused_and_nothing_is_kept(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    said = terminal("predict", QUICK, *words)
    assert said.code == 2
    assert told in said.err
    assert not (tmp_path / "home").exists()


def earlier(home: Path, *lines: str) -> Path:
    """The file of predictions that the first version kept."""
    path = home / "predictions.jsonl"
    path.parent.mkdir()
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


KEPT = '{"slug": "dropout", "choice": "helps", "sure": 70, "at": "2026-11-01T10:00:00+00:00", "why": ""}'


def test_predictions_of_an_earlier_version_are_known(terminal: Terminal, tmp_path: Path) -> None:
    earlier(tmp_path / "home", KEPT)
    marked = [line for line in terminal("list").out.splitlines() if "✓" in line]
    assert any("dropout" in line for line in marked)
    terminal("predict", QUICK, "--choice", "1", "--sure", "80")
    with Store.open(f"sqlite:///{tmp_path}/home/seodang.db") as store:
        assert [made.slug for made in store.predictions(1)] == ["dropout", "relu_over_sigmoid"]


def test_a_broken_line_of_an_earlier_version_is_named(terminal: Terminal, tmp_path: Path) -> None:
    path = earlier(tmp_path / "home", KEPT, "{cut")
    said = terminal("show", QUICK)
    assert said.code == 2
    assert f"{path}:2" in said.err


def test_an_answer_shown_counts_as_read(terminal: Terminal, tmp_path: Path) -> None:
    terminal("show", QUICK)
    assert not (tmp_path / "home").exists()
    terminal("show", QUICK, "--answer", "--json")  # a program has read it, not a learner
    assert not (tmp_path / "home").exists()
    terminal("show", QUICK, "--answer")
    with Store.open(f"sqlite:///{tmp_path}/home/seodang.db") as store:
        assert set(store.record(1).explained) == {"relu_over_sigmoid"}


def test_a_page_is_shown_where_nothing_can_be_written(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, where a folder should be", encoding="utf-8")
    assert terminal("show", QUICK, "--answer").code == 0
    said = terminal("predict", QUICK, "--choice", "1", "--sure", "80")
    assert said.code == 2
    assert str(tmp_path / "home") in said.err


@pytest.mark.parametrize("words", [["--help"], ["list"], ["show", "dropout"], []], ids=" ".join)
def test_commands_that_only_look_import_no_sqlalchemy(words: list[str], tmp_path: Path) -> None:
    """Neither where there is no database yet, nor where there is one."""
    program = f"import sys\nfrom seodang.cli import main\nmain({words!r})\nprint(*sys.modules, file=sys.stderr)"
    environment = {**os.environ, "SEODANG_HOME": str(tmp_path), "SEODANG_LANG": "en"}
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
        assert not {"sqlalchemy", "alembic", "fsrs"} & set(done.stderr.split())
        with Store.open(f"sqlite:///{tmp_path}/seodang.db") as store:
            store.predict(store.me(datetime.now(UTC)).id, Prediction("lstm", "helps", 70, datetime.now(UTC)))
