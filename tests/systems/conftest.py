"""What a test of a system has: `measured`, which notes a figure for docs/systems.md and for whoever watches.

Where SEODANG_SYSTEMS_PAGE names a file, the figures of all tests that ran are written there as the page.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from systems.page import Figure, page
from systems.rows import ROWS


class Measured(Protocol):
    """Notes one figure: what it is of, its value, what it must be, over how many seeds or cases."""

    def __call__(self, what: str, value: float | str, *, must: str = "", n: int = 1) -> None: ...


@pytest.fixture
def measured(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Measured:
    mark = request.node.get_closest_marker("system")
    assert mark is not None, "a test of a system is marked @pytest.mark.system(name=...)"
    name = mark.kwargs["name"]
    assert name in ROWS, f"{name}: no such row in tests/systems/rows.py"

    def note(what: str, value: float | str, *, must: str = "", n: int = 1) -> None:
        told = value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
        record_property(name, [what, told, must, n])

    return note


def pytest_terminal_summary(terminalreporter: Any) -> None:
    figures: defaultdict[str, list[Figure]] = defaultdict(list)
    for report in terminalreporter.stats.get("passed", ()):
        for name, figure in report.user_properties:
            if name in ROWS:
                figures[name].append(Figure(*figure))
    if target := os.environ.get("SEODANG_SYSTEMS_PAGE"):
        Path(target).write_text(page(figures), encoding="utf-8")
    elif figures:
        terminalreporter.section("measured")
        for name, noted in figures.items():
            for figure in noted:
                terminalreporter.write_line(f"{ROWS[name].title}: {figure.sentence}")
