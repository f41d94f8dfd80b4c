"""Predictions from the command line."""

import io
import json
from pathlib import Path

import pytest
from cli.commands import QUICK, Terminal


def test_a_prediction_given_by_options_is_kept(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("predict", QUICK, "--choice", "2", "--sure", "80", "--why", "slopes", "--json").json
    assert (said["slug"], said["sure"], said["why"]) == ("relu_over_sigmoid", 80, "slopes")
    kept = (tmp_path / "home" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in kept] == [said]


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
    assert not (tmp_path / "home" / "predictions.jsonl").exists()


def test_a_broken_file_of_predictions_is_named_with_its_line(terminal: Terminal, tmp_path: Path) -> None:
    terminal("predict", QUICK, "--choice", "1", "--sure", "80")
    path = tmp_path / "home" / "predictions.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + "{cut\n", encoding="utf-8")
    said = terminal("show", QUICK)
    assert said.code == 2
    assert f"{path}:2" in said.err
