"""What can be wrong with the book, said so that an author can put it right: the file, the line, the value, the cure."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

OFFERED = 12
"""The most values a sentence offers."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong at one line of one file. Lines count from 1."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class BookError(ValueError):
    """A file of the book that cannot be used as it stands, or a question, chapter or term that is not in the book."""

    def __init__(self, message: str, path: Path | None = None, line: int = 1) -> None:
        self.problem = None if path is None else Problem(path, line, message)
        super().__init__(message if self.problem is None else str(self.problem))

    @property
    def problems(self) -> list[Problem]:
        """The error as the checker lists it; nothing when it is about no file."""
        return [] if self.problem is None else [self.problem]


def did_you_mean(value: str, options: Iterable[str]) -> str:
    """' Did you mean "relu"?' when one of the options is close to the value, otherwise nothing."""
    from difflib import get_close_matches  # 6 ms that only an error should pay

    close = get_close_matches(value, list(options), n=1, cutoff=0.6)
    return f' Did you mean "{close[0]}"?' if close else ""


def listed(names: Iterable[str]) -> str:
    """'"a", "b" or "c"': the values a sentence offers; of very many the first."""
    quoted = [f'"{name}"' for name in names]
    if len(quoted) > OFFERED:
        return f"{', '.join(quoted[:OFFERED])} and {len(quoted) - OFFERED} more"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
