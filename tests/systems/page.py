"""docs/systems.md, made of what the tests of the systems measured."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from systems.rows import ROWS

PAGE = Path(__file__).parents[2] / "docs" / "systems.md"


class Figure(NamedTuple):
    """One figure as it is printed."""

    what: str
    value: str
    must: str
    n: int

    @property
    def sentence(self) -> str:
        return (
            f"{self.what} **{self.value}**"
            + (f" (must {self.must})" if self.must else "")
            + (f", n = {self.n}" if self.n > 1 else "")
        )


def page(figures: Mapping[str, Sequence[Figure]]) -> str:
    """Every row of the table; one that nothing was measured for says so."""
    lines = [
        "# Every model and technique, and what was measured",
        "",
        "Written by `make systems` from the tests in `tests/systems/`; a test fails where a figure is not what it must be.",
        "`n` is the number of seeds or cases where there are several. `make system NAME=lstm` runs one row.",
        "",
        f"Measured with PyTorch {torch.__version__.partition('+')[0]} on {platform.machine()}, one thread a test.",
        "",
        "| system | measured | command | source |",
        "|---|---|---|---|",
    ]
    for name, row in ROWS.items():
        told = "<br>".join(figure.sentence.replace("|", "\\|") for figure in figures.get(name, ())) or "not measured"
        commands = [row.command, f"make system NAME={name}"]
        lines.append(f"| {row.title} | {told} | {'<br>'.join(f'`{c}`' for c in commands if c)} | {row.source} |")
    return "\n".join(lines) + "\n"
