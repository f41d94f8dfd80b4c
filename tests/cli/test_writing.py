"""Writing the book from the command line."""

import shutil
from pathlib import Path

import pytest
from cli.commands import Terminal

from seodang.library.reading import BOOK


def test_the_book_is_in_order(terminal: Terminal) -> None:
    said = terminal("check")
    assert said.code == 0, said.out


@pytest.fixture
def own_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the book, to be written in."""
    book = tmp_path / "book"
    shutil.copytree(BOOK, book, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("SEODANG_BOOK", str(book))
    return book


def test_a_new_question_can_be_run_and_recorded_at_once(terminal: Terminal, own_book: Path) -> None:
    said = terminal("new", "does-momentum-help", "--chapter", "optimization")
    assert said.code == 0
    stem = own_book / "optimization" / "does_momentum_help"
    assert all(stem.with_suffix(ending).exists() for ending in (".py", ".en.md", ".ko.md"))
    run = terminal("run", "does-momentum-help", "--set", "steps=5", "--seeds", "2", "--json")
    assert run.code == 0, run.err
    recorded = terminal("record", "does-momentum-help", "--seeds", "2", "--json")
    assert recorded.code == 0, recorded.err
    assert stem.with_suffix(".json").exists()
    check = terminal("check", "--json")
    assert check.code == 1
    assert any("is in no chapter" in problem["message"] for problem in check.json)


def test_recording_again_continues_the_same_seeds(terminal: Terminal, own_book: Path) -> None:
    terminal("new", "does-momentum-help", "--chapter", "optimization")
    path = own_book / "optimization" / "does_momentum_help.py"
    path.write_text(path.read_text(encoding="utf-8").replace("knob(200", "knob(5"), encoding="utf-8")
    two = terminal("record", "does-momentum-help", "--seeds", "2", "--json").json[0]
    three = terminal("record", "does-momentum-help", "--seeds", "3", "--json").json[0]
    assert three["seeds"] == [0, 1, 2]
    assert three["arms"]["plain"]["accuracy"][:2] == two["arms"]["plain"]["accuracy"]


def test_evidence_of_changed_code_is_stale(terminal: Terminal, own_book: Path) -> None:
    path = own_book / "activations" / "relu_over_sigmoid.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    shown = terminal("show", "relu-over-sigmoid", "--answer").out
    assert "This evidence is stale: the experiment, or a model or data set it uses, has changed" in " ".join(shown.split())
    said = terminal("check")
    assert said.code == 1
    assert "relu_over_sigmoid.json" in said.out
    assert "has changed since it was recorded" in said.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("Über", "--chapter", "losses"), "use small letters, digits and hyphens"),
        (("relu-over-sigmoid", "--chapter", "losses"), "there is a question of that name already"),
        (("good-name",), "say where with --chapter"),
        (("good-name", "--chapter", "../elsewhere"), "use small letters, digits and underscores"),
    ],
)
def test_a_name_that_cannot_be_is_refused(terminal: Terminal, own_book: Path, words: tuple[str, ...], told: str) -> None:
    before = sorted(own_book.rglob("*"))
    said = terminal("new", *words)
    assert said.code == 2
    assert told in said.err
    assert sorted(own_book.rglob("*")) == before
