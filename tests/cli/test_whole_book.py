"""Every experiment of a book, run or recorded again at one command."""

import signal
import time
from pathlib import Path

import pytest
from cli.commands import Terminal, started
from web.school import EXPERIMENT, SLUG, book

from seodang.runs import RECORDED_SEEDS, load, new_ledger, run

GONE = "    raise OSError('the data is gone')\n    return Experiment("


@pytest.fixture(autouse=True)
def small_book(terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 (it clears the variable)
    """The book of one question, whose evidence is what its experiment really gives."""
    folder = book(tmp_path / "book").folder
    monkeypatch.setenv("SEODANG_BOOK", str(folder))
    path = folder / "activations" / f"{SLUG}.py"
    experiment = load(path)
    empty = new_ledger(SLUG, path, experiment, declared=experiment.seeds)
    run(experiment, empty, seeds=12, first_seed=RECORDED_SEEDS).write(path.with_suffix(".json"), replace=True)
    return folder


def test_the_whole_book_is_run_and_every_claim_listed(terminal: Terminal) -> None:
    said = terminal("book", "run")
    assert said.code == 0, said.err
    assert "Ten layers deep, ReLU beats the sigmoid by more than 0.3." in said.out
    assert "Questions: 1 · 1 supported, 0 refuted, 0 undecided" in said.out
    assert "6 seeds in" in said.out
    assert "Done within 20 s: 1 of 1." in said.out
    again = terminal("book", "run", "--chapter", "activations", "--json").json
    (row,) = again["questions"]
    assert row["slug"] == SLUG
    assert row["claims"] == {"relu_learns": {"outcome": "supported", "yes": 6, "n": 6}}
    assert again["failed"] == {}


def test_interrupting_keeps_what_was_run_and_tells_the_ledger_so_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEODANG_BOOK")
    process = started("book", "run", "--chapter", "activations", home=tmp_path)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("ledger/*/*.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Interrupted. Whole blocks of seeds are kept; go on with: seodang book run" in err
    assert "Questions: " in out
    assert "Traceback" not in out + err


def test_a_chapter_that_is_not_there_is_named(terminal: Terminal) -> None:
    said = terminal("book", "run", "--chapter", "activation")
    assert said.code == 2
    assert 'there is no chapter "activation" in the syllabus' in said.err


def test_an_experiment_that_fails_is_told_and_the_others_go_on(terminal: Terminal, small_book: Path) -> None:
    broken = small_book / "activations" / f"{SLUG}.py"
    broken.write_text(
        EXPERIMENT.replace("    return Experiment(", "    raise OSError('the data is gone')\n    return Experiment(")
    )
    said = terminal("book", "run", "--json")
    assert said.code == 1
    assert said.json == {"questions": [], "failed": {SLUG: "the data is gone"}}


def test_evidence_that_comes_out_again_is_proved(terminal: Terminal, small_book: Path) -> None:
    path = small_book / "activations" / f"{SLUG}.json"
    before = path.read_bytes()
    said = terminal("book", "prove", "--part", "1/1")
    assert said.code == 0, said.out
    assert "recorded otherwise" not in said.out
    assert path.read_bytes() == before


def test_evidence_that_comes_out_otherwise_is_shown_and_the_code_is_1(terminal: Terminal, small_book: Path) -> None:
    book(small_book, supported=False)
    said = terminal("book", "prove")
    assert said.code == 1
    assert "recorded otherwise" in said.out


@pytest.mark.parametrize("part", ["3", "0/2", "3/2", "a/b"])
def test_a_part_that_is_none_is_refused(terminal: Terminal, part: str) -> None:
    said = terminal("book", "prove", "--part", part)
    assert said.code == 2
    assert f"--part {part}: write it as 3/8" in said.err
