"""docs/your_own_experiment.md does what it says: its code is run as in one notebook, and prints what stands under it."""

import ast
import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

PAGE = Path(__file__).parent.parent / "docs" / "your_own_experiment.md"
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.DOTALL | re.MULTILINE)
SECONDS = re.compile(r"\d+\.\d s\.")
NUMBER = re.compile(r"\d+\.\d+")


def blocks() -> Iterator[tuple[str, str | None]]:
    """The code of every block, and the output that stands right under it."""
    for found in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        yield found["code"], found["output"]


def executed(code: str, namespace: dict[str, Any]) -> str:
    """What a notebook shows of a cell: what it prints, and its last line's value."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, str(PAGE), "exec"), namespace)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), str(PAGE), "eval"), namespace)
            if value is not None:
                print(repr(value))
    return printed.getvalue()


def assert_shown(printed: str, shown: str) -> None:
    """Word for word, but for spaces, how long it took, and the last digits: another processor rounds otherwise."""
    printed, shown = (" ".join(SECONDS.sub("T", text).split()) for text in (printed, shown))
    assert NUMBER.sub("N", printed) == NUMBER.sub("N", shown)
    numbers = [[float(number) for number in NUMBER.findall(text)] for text in (printed, shown)]
    assert numbers[0] == pytest.approx(numbers[1], abs=0.1)


def test_the_page_is_run_from_top_to_bottom_and_prints_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEODANG_LANG", "en")
    monkeypatch.setenv("COLUMNS", "80")
    # Two threads beside a busy process may wait half a minute for one another; the digits they give are not compared.
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    namespace: dict[str, Any] = {"__name__": "your_own_experiment"}
    compared = 0
    for code, shown in blocks():
        printed = executed(code, namespace)
        if shown is not None:
            assert_shown(printed, shown)
            compared += 1
    assert compared == PAGE.read_text(encoding="utf-8").count("```text"), "an output that belongs to no block"
    assert "seeds: skip_helps 6/6 supported" in capsys.readouterr().err


def test_an_output_that_differs_would_be_found() -> None:
    """That the comparison can fail."""
    for printed in ("Refuted: 0.94 in 3.0 s.", "Supported: 0.83 in 3.0 s.", "Supported: 0.94 0.94 in 3.0 s."):
        with pytest.raises(AssertionError):
            assert_shown(printed, "Supported:   0.95 in 4.2 s.")
    assert_shown("Supported: 0.94 in 3.0 s.", "Supported:   0.95 in 4.2 s.")
