"""Who may import whom: the rule of the design as a table, read from the source, imports inside functions included."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import seodang

SOURCE = Path(seodang.__file__).parent

RULE: dict[str, tuple[str, ...]] = {
    "verdict": (),
    "counting": (),
    "models": (),
    "data": (),
    "review": (),
    "home": (),
    "provenance": (),
    "locale": (),
    "experiment": ("verdict",),
    "training": ("experiment",),
    "book": ("experiment", "models", "data", "counting"),
    "evidence": ("verdict", "provenance"),
    "library": ("evidence", "verdict"),
    "runs": ("experiment", "training", "evidence", "verdict", "provenance", "library", "home"),
    "figures": ("evidence", "verdict"),
    "notebook": ("runs", "figures", "evidence", "verdict", "experiment", "provenance", "locale"),
    "school": ("review",),
    "store": ("school", "review", "evidence", "home", "locale"),
    "web": (
        *("library", "evidence", "verdict", "figures", "review", "school", "store"),
        *("counting", "home", "locale", "provenance"),
    ),
    "printed": ("library", "evidence", "figures", "locale", "web"),
    "cli": ("*",),
    "__main__": ("cli",),
    "__init__": ("experiment", "figures", "notebook"),
}
"""A room, and the rooms it may import beside itself. `*` is every room."""

NEVER_TORCH = (
    *("verdict", "evidence", "provenance", "library", "figures", "review", "school", "store", "web", "home", "locale"),
    "printed",
)
"""Rooms that pages and commands start from: torch takes seconds to import."""
NEVER_TORCH_ON_IMPORT = (*NEVER_TORCH, "experiment", "cli", "__main__")
"""These may import it inside a function that trains or is given tensors."""


class Import(NamedTuple):
    """One import statement: the file and line, and the whole name of what is imported."""

    file: Path
    line: int
    name: str

    @property
    def room(self) -> str:
        """The room of the house that is imported; empty for the package itself or another package."""
        parts = self.name.split(".")
        return parts[1] if parts[0] == "seodang" and len(parts) > 1 and is_room(parts[1]) else ""

    def __str__(self) -> str:
        return f"{self.file.relative_to(SOURCE)}:{self.line} imports {self.name}"


def is_room(name: str) -> bool:
    return (SOURCE / name).is_dir() or (SOURCE / f"{name}.py").is_file()


def room_of(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(file: Path) -> Iterator[Import]:
    """Every import of a file, wherever it stands in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            # Of `from seodang import evidence` the room is the name; of `from seodang.data import images` the module.
            names = [f"{module}.{alias.name}" for alias in node.names] if module == "seodang" else [module]
            yield from (Import(file, node.lineno, name) for name in names)


FILES = sorted(SOURCE.rglob("*.py"))
ROOMS = sorted({room_of(file) for file in FILES})


def files_of(room: str) -> list[Path]:
    return [file for file in FILES if room_of(file) == room]


def row(room: str) -> str:
    """A row of the table as the message of a failed test quotes it."""
    allowed = ", ".join(RULE[room]) or "nothing of the house"
    return f"the rule: {room} → {allowed}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_in_its_row(room: str) -> None:
    assert room in RULE, f"{room}: a new room needs a row in the table of this test (and in the design)"
    allowed = {room, "", *RULE[room]}
    broken = [str(each) for file in files_of(room) for each in imports(file) if each.room not in allowed]
    assert not broken or "*" in allowed, f"{row(room)}\n" + "\n".join(broken)


@pytest.mark.parametrize("room", [room for room in ROOMS if room in NEVER_TORCH])
def test_no_file_of_a_room_that_pages_start_from_names_torch(room: str) -> None:
    named = [str(each) for file in files_of(room) for each in imports(file) if each.name.split(".")[0] == "torch"]
    assert not named, f"{room} never imports torch, not even inside a function\n" + "\n".join(named)


def test_importing_these_rooms_loads_no_torch() -> None:
    modules = [
        ".".join(["seodang", *file.relative_to(SOURCE).with_suffix("").parts]).removesuffix(".__init__")
        for room in NEVER_TORCH_ON_IMPORT
        for file in files_of(room)
        if room != "__main__"
    ]
    program = (
        "import importlib, sys\n"
        f"for name in {modules!r}:\n"
        "    importlib.import_module(name)\n"
        "    if 'torch' in sys.modules: sys.exit(name + ' has imported torch')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_imports_are_written_in_full(file: Path) -> None:
    """The rule above and the hash of evidence follow imports by name: a relative one would escape both."""
    relative = [str(each) for each in imports(file) if each.name.startswith(".")]
    assert not relative


@pytest.mark.parametrize("file", files_of("book"), ids=lambda file: file.stem)
def test_an_experiment_does_not_import_another(file: Path) -> None:
    assert not [str(each) for each in imports(file) if each.room == "book"]


def test_the_table_names_only_rooms_it_knows() -> None:
    named = {name for allowed in RULE.values() for name in allowed} | set(NEVER_TORCH_ON_IMPORT)
    assert named - {"*"} <= set(RULE)


def test_a_forbidden_import_inside_a_function_would_be_found(tmp_path: Path) -> None:
    """That this scan can fail."""
    file = tmp_path / "page.py"
    file.write_text("def page():\n    from seodang import training\n    import seodang.runs.here\n", encoding="utf-8")
    assert [each.room for each in imports(file)] == ["training", "runs"]
