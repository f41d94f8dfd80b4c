"""docs/store.md and the code say the same."""

import re
from pathlib import Path

import seodang.review
from seodang.review import State
from seodang.store import Store
from seodang.store.tables import metadata

PAGE = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]


def test_every_method_of_the_store_is_told_and_every_one_told_is_there() -> None:
    table = [line for line in section("Reading and writing").splitlines() if line.startswith("|")]
    told = set(re.findall(r"`(?:Store\.)?(\w+)\(", "\n".join(table)))
    there = {name for name in vars(Store) if not name.startswith("_")}
    assert told == there


def test_every_table_is_told_and_every_one_told_is_there() -> None:
    told = re.findall(r"^\| `(\w+)` \|", section("The tables"), re.MULTILINE)
    assert sorted(told) == sorted(metadata.tables)


def test_every_rule_in_the_example_is_there() -> None:
    example = section("Reading and writing").split("Every write")[0]
    used = set(re.findall(r"(?<![.\w])([a-z]\w+)\(", example))
    assert {"standings", "due_cards", "study_next", "scored", "decompose"} <= used <= set(seodang.review.__all__)


def test_every_state_is_defined() -> None:
    rules = section("The rules")
    assert all(f"*{state}*" in rules for state in State)
