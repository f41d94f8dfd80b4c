"""Where things are printed: data on stdout alone, everything else readable, in colour where the terminal has it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

QUIET = "grey62"
MARKS = {"supported": "✓", "refuted": "✗", "undecided": "·"}
COLOURS = {"supported": "green", "refuted": "red", "undecided": "yellow"}


def out() -> Console:
    """The console of what a command is asked for."""
    return Console(highlight=False)


def aside() -> Console:
    """The console of everything said besides."""
    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """Data alone, UTF-8, on stdout."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def bullets(console: Console, rows: Iterable[tuple[str, str]], indent: int = 1) -> None:
    """Rows of a mark and a text (Rich markup) whose further lines hang under its first."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column()
    for mark, said in rows:
        grid.add_row(mark, said)
    console.print(Padding(grid, (0, 0, 0, indent)))


def two_columns(console: Console, rows: Iterable[tuple[str, str]]) -> None:
    """What one may do, and what to type for it."""
    grid = Table.grid(padding=(0, 2))
    for said, typed in rows:
        grid.add_row(f"  {said}", f"[cyan]{typed}[/]")
    console.print(grid)


def asking() -> bool:
    """Whether a person sits at the prompt."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def slug_shown(slug: str) -> str:
    """A slug as it is typed."""
    return slug.replace("_", "-")
