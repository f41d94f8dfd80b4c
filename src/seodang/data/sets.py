"""Which data sets there are: found by reading the files of this room, and what each holds as its own docstring says.

A set is a file with a public function of the file's name that is given a generator; there is no list to be kept. Nothing of
a set is imported or run to find it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from seodang.data.files import as_published, places
from seodang.data.split import DataError

HERE = Path(__file__).parent
OURS = "Apache-2.0 (made by this program)"


@dataclass(frozen=True)
class DataSet:
    """One set, as its file describes it; `shape` is that of the training inputs, and a size that depends is a word."""

    name: str
    about: str
    holds: str
    shape: tuple[int | str, ...]
    classes: int | str | None
    licence: str
    files: Mapping[str, tuple[str, int]]
    mirrors: tuple[str, ...]
    unpacked: tuple[str, ...]

    @property
    def kind(self) -> str:
        """`named` when files are read, `embedded` when it ships or is made."""
        return "named" if self.files else "embedded"

    def present(self, folder: Path) -> bool | None:
        """Whether its files lie there, the original ones or what they unpack to; None where no file is needed."""
        if not self.files:
            return None
        return any(
            all(_lies(place, file) is not None for file in self.files)
            or any((place / each).exists() for each in self.unpacked)
            for place in places(self.name, folder)
        )

    def state(self, file: str, folder: Path) -> str:
        """`missing`, `unpacked`, `published` when the file's checksum is the published one, or `other` when it is not."""
        for place in places(self.name, folder):
            path = _lies(place, file)
            if path is not None and path.name == file:
                return "published" if as_published(path, self.files[file][0]) else "other"
            if path is not None or any((place / each).exists() for each in self.unpacked):
                return "unpacked"
        return "missing"


def _lies(place: Path, file: str) -> Path | None:
    """The file, or what it is without .gz."""
    return next((path for path in (place / file, place / file.removesuffix(".gz")) if path.is_file()), None)


@cache
def datasets() -> tuple[DataSet, ...]:
    """Every set, the embedded ones first, each kind by name."""
    found = [read for path in sorted(HERE.glob("*.py")) if (read := _read(path))]
    return tuple(sorted(found, key=lambda each: (each.kind, each.name)))


def dataset(name: str) -> DataSet:
    """The set of that name, typed with hyphens or underscores; DataError that names the near one."""
    import difflib

    known = {each.name: each for each in datasets()}
    wanted = name.replace("-", "_")
    if wanted not in known:
        near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
        cure = f"did you mean {near[0]}?" if near else f"there is {', '.join(known)}"
        raise DataError(f"{name}: no such data set; {cure}")
    return known[wanted]


def _read(path: Path) -> DataSet | None:
    """What a file says of its set; None when it holds none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    made = functions.get(path.stem)
    if made is None or not made.args.args or made.args.args[0].arg != "generator":
        return None
    facts = _literals(tree)
    holds = " ".join((ast.get_docstring(made) or "").split("\n\n")[0].split())
    known = {name: value for name, value in (facts | _defaults(made, facts)).items() if isinstance(value, int)}
    files: dict[str, tuple[str, int]] = facts.get("FILES", {})
    return DataSet(
        name=path.stem,
        about=(ast.get_docstring(tree) or "").split("\n")[0].rstrip("."),
        holds=holds,
        shape=_shape(holds, known),
        classes=_classes(holds, known),
        licence=str(facts.get("LICENCE", OURS)),
        files=files,
        mirrors=tuple(facts.get("MIRRORS", ())),
        unpacked=tuple(facts.get("UNPACKED", ())),
    )


def _literals(tree: ast.Module) -> dict[str, Any]:
    """The constants of a module that are written out."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found


def _defaults(function: ast.FunctionDef, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The values that arguments have unless they are given."""
    arguments = function.args.args
    given = zip(arguments[len(arguments) - len(function.args.defaults) :], function.args.defaults, strict=True)
    return {argument.arg: _value(ast.unparse(default), facts) for argument, default in given}


def _shape(holds: str, known: Mapping[str, int]) -> tuple[int | str, ...]:
    """The first shape in brackets, such as (train, 2*symbols+delay), worked out where its words are known."""
    shape = re.search(r"\(([^()]*)\)", holds)
    return tuple(_value(size.strip(), known) for size in shape[1].split(",") if size.strip()) if shape else ()


def _classes(holds: str, known: Mapping[str, int]) -> int | str | None:
    """How many classes "classes 0-9" or "classes 0..arms-1" are."""
    written = re.search(r"classes 0(?:-|\.\.)([\w+*-]+)", holds)
    last = _value(written[1], known) if written else None
    return last + 1 if isinstance(last, int) else last


def _value(expression: str, known: Mapping[str, Any]) -> Any:
    """What sums, differences and products of numbers and known words come to; the expression itself when one is unknown."""

    def worked_out(node: ast.expr) -> Any:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return worked_out(node.left) + worked_out(node.right)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            return worked_out(node.left) - worked_out(node.right)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return worked_out(node.left) * worked_out(node.right)
        return known[node.id] if isinstance(node, ast.Name) else ast.literal_eval(node)

    try:
        return worked_out(ast.parse(expression, mode="eval").body)
    except (KeyError, ValueError, SyntaxError):
        return expression
