"""Running experiments from the command line."""

import json
import signal
import time
import weakref
from pathlib import Path

import pytest
from cli.commands import QUICK, TINY, Terminal, started

from seodang.cli.interrupt import listening


def test_the_data_of_a_run_have_the_documented_shape(terminal: Terminal) -> None:
    said = terminal("run", QUICK, *TINY, "--seeds", "3", "--json")
    run = said.json
    assert said.code == 0
    assert run["slug"] == "relu_over_sigmoid"
    assert run["parameters"]["depth"] == 2
    assert len(run["seeds"]) == 3
    for claim in run["claims"]:
        assert {"claim", "outcome", "yes", "n", "answers"} <= set(claim)
        assert len(claim["answers"]) == 3
        assert claim["yes"] == sum(answer is True for answer in claim["answers"])
        assert claim["n"] == sum(answer is not None for answer in claim["answers"])
    for metrics in run["arms"].values():
        assert all(len(numbers) == 3 for numbers in metrics.values())


def test_a_derivation_is_computed_once_and_checked_exactly(terminal: Terminal) -> None:
    run = terminal("run", "hinge-loss", "--json").json
    assert run["kind"] == "derivation"
    assert {claim["outcome"] for claim in run["claims"]} == {"supported"}


def test_running_again_continues_the_ledger_and_cannot_restart_it(terminal: Terminal) -> None:
    two = terminal("run", QUICK, *TINY, "--seeds", "2", "--json").json
    four = terminal("run", QUICK, *TINY, "--seeds", "4", "--json").json
    assert four["seeds"][:2] == two["seeds"]
    assert [m["accuracy"][:2] for m in four["arms"].values()] == [m["accuracy"] for m in two["arms"].values()]
    again = terminal("run", QUICK, *TINY, "--seeds", "2", "--json").json
    assert again["arms"] == two["arms"]


def test_a_run_in_one_go_equals_one_in_parts(terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seeds in ("1", "3", "5"):
        parts = terminal("run", QUICK, *TINY, "--seeds", seeds, "--json").json
    monkeypatch.setenv("SEODANG_HOME", str(tmp_path / "other"))
    whole = terminal("run", QUICK, *TINY, "--seeds", "5", "--json").json
    for field in ("seeds", "claims", "arms", "curves"):
        assert parts[field] == whole[field]


def test_the_result_is_shown_with_verdict_figure_and_next_step(terminal: Terminal) -> None:
    said = terminal("run", QUICK, *TINY, "--seeds", "2")
    assert said.code == 0
    assert "Undecided" in said.out
    assert "●" in said.out or "•" in said.out
    assert "An exploration" in said.out
    assert "seodang show relu-over-sigmoid" in said.out


def test_the_run_speaks_korean(terminal: Terminal) -> None:
    said = terminal("run", QUICK, *TINY, "--seeds", "2", "--lang", "ko")
    assert "미결" in said.out
    assert "탐색" in said.out


@pytest.mark.parametrize(
    ("hit", "told"), [(True, ("You were right.", "Brier score 0.01")), (False, ("It came out:", "Brier score 0.81"))]
)
def test_a_prediction_is_scored_and_one_made_after_the_result_is_not(
    terminal: Terminal, hit: bool, told: tuple[str, str]
) -> None:
    from seodang.evidence import Evidence
    from seodang.library import Library

    question = Library.open().question("hinge_loss")
    assert question.evidence is not None
    outcomes = {claim.claim: str(claim.outcome) for claim in Evidence.read(question.evidence).claims}
    choices = question.page("en").predict.choices
    right = question.page("en").predict.right(outcomes)
    assert right is not None
    wrong = next(choice for choice in choices if choice is not right)
    first, second = (right, wrong) if hit else (wrong, right)
    terminal("predict", "hinge-loss", "--choice", first.id, "--sure", "90")
    said = terminal("run", "hinge-loss").out
    assert all(words in said for words in told)
    terminal("predict", "hinge-loss", "--choice", second.id, "--sure", "60")
    said = terminal("run", "hinge-loss").out
    assert all(words in said for words in told)


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_figure_is_saved(terminal: Terminal, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"figure.{ending}"
    terminal("run", QUICK, *TINY, "--seeds", "2", "--lang", "ko", "--save", str(path), "--json")
    head = path.read_bytes()[:8]
    assert head.startswith(b"<svg") if ending == "svg" else head == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--set", "depth=1000000000"), "depth=1000000000: must be 1 .. 50"),
        (("--set", "width=-1"), "width=-1: must be 1 .. "),
        (("--set", "lr=nan"), "lr=nan: must be a finite number"),
        (("--set", "lr=0"), "lr=0.0: must be > 0"),
        (("--set", "depth=deep"), "depth=deep: must be a whole number, 1 .. 50"),
        (("--set", "dept=3"), "dept: no such knob; did you mean 'depth'?"),
        (("--set", "depth"), "--set depth: write it as NAME=VALUE"),
        (("--seeds", "0"), "--seeds 0: run at least 1"),
        (("--save", "figure.pdf"), "--save figure.pdf: end the name in .svg or .png"),
        (("--save", "/no/such/folder/f.png"), "there is no folder /no/such/folder"),
        (("--device", "tpu9"), "--device tpu9: there is cpu, cuda and cuda:N"),
        (("--data", "imagenet"), "data=imagenet: there is digits, mnist"),
        (("--data", "mnist"), "mnist: no folder given; pass --data-dir DIR"),
        (("--data", "mnist", "--data-dir", "/no/such/folder"), "--data-dir /no/such/folder is not a folder"),
    ],
)
def test_bad_input_is_refused_with_the_culprit_the_value_and_the_cure(
    terminal: Terminal, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    said = terminal("run", QUICK, *words)
    assert said.code == 2
    assert told in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "home" / "ledger").exists()


def test_a_model_too_large_is_refused_before_anything_is_made(terminal: Terminal) -> None:
    began = time.monotonic()
    said = terminal("run", QUICK, "--set", "width=4096", "--set", "depth=50")
    assert said.code == 2
    assert "width=4096" in said.err
    assert "the limit is 50,000,000" in said.err
    assert time.monotonic() - began < 20  # building it would take gigabytes and minutes


def test_cuda_is_refused_where_there_is_none(terminal: Terminal) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    said = terminal("run", QUICK, "--device", "cuda")
    assert said.code == 2
    assert "has no CUDA; use cpu" in said.err


def test_interrupting_keeps_the_seeds_already_run(tmp_path: Path) -> None:
    words = ("run", QUICK, "--set", "depth=2", "--set", "width=8", "--set", "steps=400", "--seeds", "50")
    process = started(*words, home=tmp_path)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("ledger/*/*.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "seeds are kept; go on with: seodang run relu-over-sigmoid" in err
    kept = json.loads(next(iter(tmp_path.glob("ledger/*/*.json"))).read_text(encoding="utf-8"))
    assert 2 <= len(kept["seeds"]) < 50
    assert "Traceback" not in out + err


def test_ctrl_c_is_not_lost_where_python_swallows_exceptions_and_pressed_again_it_stops_at_once() -> None:
    class Thing:
        """Something that can be watched as it goes."""

    before = signal.getsignal(signal.SIGINT)  # not the default where it is ignored, as in a background shell
    with listening() as pressed:
        thing = Thing()
        watched = weakref.ref(thing, lambda _gone: signal.raise_signal(signal.SIGINT))
        assert not pressed()
        del thing  # a KeyboardInterrupt raised in the callback would be printed and forgotten
        assert watched() is None
        assert pressed()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == before


def test_a_ledger_that_was_edited_is_refused_and_left_alone(terminal: Terminal, tmp_path: Path) -> None:
    terminal("run", QUICK, *TINY, "--seeds", "2", "--json")
    path = next(iter((tmp_path / "home").glob("ledger/*/*.json")))
    edited = path.read_text(encoding="utf-8").replace('"threads": 1', '"threads": 3')
    path.write_text(edited, encoding="utf-8")
    said = terminal("run", QUICK, *TINY, "--seeds", "4")
    assert said.code == 2
    assert "edited after it was recorded" in said.err
    assert path.read_text(encoding="utf-8") == edited
