"""How the program starts: what it says first, in which language, and how little it imports for it."""

import subprocess
import sys

import messages
import pytest
from cli.commands import Terminal

from seodang.cli.commands import COMMAND_NAMES


def test_alone_it_says_what_it_is_and_what_to_do_next(terminal: Terminal) -> None:
    said = terminal()
    assert said.code == 0
    assert "every answer is an experiment" in said.out
    for command in ("seodang predict", "seodang run", "seodang show", "seodang ask", "seodang list", "seodang --help"):
        assert command in said.out


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMAND_NAMES)], ids=lambda words: " ".join(words) or "alone")
def test_help_speaks_both_languages(terminal: Terminal, words: tuple[str, ...]) -> None:
    english, korean = terminal(*words, "--help", "--lang", "en"), terminal(*words, "--help", "--lang", "ko")
    assert english.code == korean.code == 0
    assert "Usage: seodang" in english.out
    assert "사용법: seodang" in korean.out


def test_the_language_is_the_users(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEODANG_LANG")
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert "모든 답을 실험으로" in terminal().out
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "every answer is an experiment" in terminal().out


def test_everything_the_program_says_is_translated() -> None:
    korean = messages.korean()
    known = {message.id for message in korean if message.string}
    missing = (messages.said_in_code() | messages.said_in_templates() | messages.said_in_help()) - known
    assert not missing, f"run `make messages` and translate: {missing}"


def test_what_is_compiled_is_what_is_written() -> None:
    assert messages.PO.with_suffix(".mo").read_bytes() == messages.compiled(messages.korean()), "run `make messages`"


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "--help"], ["list"], ["ask", "relu"], ["show", "dropout"]], ids=" ".join
)
def test_torch_and_the_charts_are_not_imported_until_they_are_needed(words: list[str]) -> None:
    program = f"import sys\nfrom seodang.cli import main\nmain({words!r})\nprint(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {"torch", "sklearn", "altair", "vl_convert", "numpy", "pandas"}
    assert not heavy & {name.strip("'[], \n").partition(".")[0] for name in done.stderr.split(",")}


def test_a_misspelt_command_is_answered_with_the_near_one(terminal: Terminal) -> None:
    said = terminal("runn", "relu-over-sigmoid")
    assert (said.code, said.out) == (2, "")
    assert said.err == "seodang: runn: no such command; did you mean run?\n"


def test_the_version_is_told(terminal: Terminal) -> None:
    from seodang import __version__

    assert terminal("--version").out.strip() == __version__


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_the_commands(shell: str) -> None:
    from seodang.cli.app import application

    script = application().generate_completion(shell=shell)  # type: ignore[arg-type]
    assert all(name in script for name in COMMAND_NAMES)
