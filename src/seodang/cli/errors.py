"""What a user is told when something is wrong: one sentence that names the culprit, the value and the cure. No traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from seodang.locale import _

BAD_INPUT = 2
INTERRUPTED = 130


@dataclass
class Status:
    """The exit code of a command."""

    code: int = 0


class UsageError(Exception):
    """A command line that cannot be done as it stands."""


@contextmanager
def explained() -> Iterator[Status]:
    """Turn the errors our rooms raise on bad input into a sentence on stderr and exit code 2."""
    status = Status()
    try:
        yield status
    except KeyboardInterrupt:
        _tell(_("interrupted"))
        status.code = INTERRUPTED
    except BrokenPipeError:
        _quiet_pipe()
    except Exception as error:
        if not expected(error):
            raise
        _tell(_sentence(error))
        status.code = BAD_INPUT


def expected(error: Exception) -> bool:
    """Whether a room raised this to be read by a user; anything else is a bug and keeps its traceback."""
    from cyclopts import CycloptsError

    if isinstance(error, (CycloptsError, UsageError, OSError)):
        return True
    names = (
        "BookError",
        "CountingError",
        "DataError",
        "EvidenceError",
        "ExperimentError",
        "FigureError",
        "PredictionError",
        "StoreError",
    )
    return any(kind.__module__.startswith("seodang.") and kind.__name__ in names for kind in type(error).__mro__)


def _sentence(error: Exception) -> str:
    from cyclopts import UnusedCliTokensError

    if isinstance(error, UnusedCliTokensError) and error.unused_tokens and error.command_chain in ((), None):
        return _unknown_command(error.unused_tokens[0])
    if hasattr(error, "sentence"):  # written in English, with its blanks apart
        return _(error.sentence, **error.values)  # type: ignore[attr-defined]
    return " ".join(str(error).split())


def _unknown_command(word: str) -> str:
    import difflib

    from seodang.cli.commands import COMMAND_NAMES

    near = difflib.get_close_matches(word, COMMAND_NAMES, n=1, cutoff=0.5)
    if near:
        return _("{word}: no such command; did you mean {near}?", word=word, near=near[0])
    return _("{word}: no such command; there is {commands}", word=word, commands=", ".join(COMMAND_NAMES))


def _tell(sentence: str) -> None:
    import sys

    print(f"seodang: {sentence}", file=sys.stderr)


def _quiet_pipe() -> None:
    """The reader of a pipe went away (`seodang list | head`): nothing to say, and nothing more to flush."""
    import os
    import sys

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
