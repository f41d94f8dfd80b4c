"""docs/systems.md has every row, with what was measured and the command that measures it again."""

import pytest
from systems.page import PAGE
from systems.rows import ROWS

from seodang.cli.commands import COMMAND_NAMES


@pytest.mark.parametrize("name", ROWS)
def test_every_system_has_its_figures_on_the_page(name: str) -> None:
    row = ROWS[name]
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {row.title} |")]
    assert len(lines) == 1, f"{name}: run `make systems`"
    assert "not measured" not in lines[0], f"{name}: mark a test @pytest.mark.system(name={name!r}) and run `make systems`"
    assert f"`make system NAME={name}`" in lines[0]
    assert row.source in lines[0]


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.command])
def test_the_command_of_a_row_is_one_of_ours(name: str) -> None:
    program, command, *_ = ROWS[name].command.split()
    assert program == "seodang"
    assert command in COMMAND_NAMES
