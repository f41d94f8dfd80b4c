"""What an experiment's file says of itself, read as text and not run: its knobs, and what differs between its arms."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from seodang.provenance import syntax

HOUSE = Path(__file__).parent.parent


@dataclass(frozen=True)
class KnobRead:
    """A knob as it is declared: `depth: int = knob(10, low=1, high=50)`."""

    name: str
    kind: str  # "int", "float", "str", "bool"
    default: Any
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def bounds(self) -> str:
        """The bounds as a person reads them: `1 – 50`, `> 0, ≤ 10`."""
        if self.low is not None and self.high is not None:
            return f"{self.low:,} – {self.high:,}"
        ends = (("≥", self.low), (">", self.above), ("≤", self.high), ("<", self.below))
        return ", ".join(f"{sign} {end:,}" for sign, end in ends if end is not None)


@dataclass(frozen=True)
class ArmRead:
    """An arm as it is written: made from `base` by other values for some fields, or an expression of its own."""

    name: str
    base: str = ""
    changes: Mapping[str, str] = field(default_factory=dict)  # field → expression
    expression: str = ""
    is_base: bool = False
    """Whether others are made from it; `changes` then holds what it has where they differ."""
    variable: str = ""
    """What it is called in the code, where others may be made from it."""


@dataclass(frozen=True)
class Read:
    """An experiment's file."""

    code: str
    knobs: tuple[KnobRead, ...]
    arms: tuple[ArmRead, ...]  # empty where they are computed and stand nowhere by name

    @property
    def defaults(self) -> dict[str, Any]:
        """Every knob as the author set it."""
        return {knob.name: knob.default for knob in self.knobs}


def read(path: Path) -> Read:
    """The experiment in a file, read again only when the file has changed."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=512)
def _read(path: Path, _changed: int) -> Read:
    code = path.read_text(encoding="utf-8")
    tree = syntax(code)
    return Read(code, tuple(_knobs(tree)), tuple(_arms(tree)))


def _knobs(tree: ast.Module) -> Iterator[KnobRead]:
    for node in tree.body:
        if not (isinstance(node, ast.ClassDef) and node.name == "Parameters"):
            continue
        for line in node.body:
            if isinstance(line, ast.AnnAssign) and isinstance(line.value, ast.Call) and isinstance(line.target, ast.Name):
                yield _knob(tree, line.target.id, ast.unparse(line.annotation), line.value)


def _knob(tree: ast.Module, name: str, kind: str, call: ast.Call) -> KnobRead:
    bounds = {keyword.arg: _value(tree, keyword.value) for keyword in call.keywords if keyword.arg}
    return KnobRead(name, kind, _value(tree, call.args[0]), **bounds)


def _value(tree: ast.Module, node: ast.expr) -> Any:
    """A literal, or what a name of this file or of a file it imports from stands for."""
    if isinstance(node, ast.Name):
        return _named(tree, node.id)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tuple":
        inner = node.args[0]
        named = _assigned(tree, inner.id) if isinstance(inner, ast.Name) else inner
        if isinstance(named, ast.Dict):  # tuple(SETS) is the keys of SETS
            return tuple(ast.literal_eval(key) for key in named.keys if key is not None)
    return ast.literal_eval(node)


def _named(tree: ast.Module, name: str) -> Any:
    assigned = _assigned(tree, name)
    if assigned is not None:
        return _value(tree, assigned)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and name in {alias.name for alias in node.names}:
            file = HOUSE.joinpath(*node.module.split(".")[1:]).with_suffix(".py")
            return _named(syntax(file.read_text(encoding="utf-8")), name)
    raise ValueError(f"{name}: not a value that can be read without running the file")


def _assigned(tree: ast.Module, name: str) -> ast.expr | None:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    return node.value
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):  # SIDE, EARLY = 8, 60
                    for each, value in zip(target.elts, node.value.elts, strict=True):
                        if isinstance(each, ast.Name) and each.id == name:
                            return value
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            return node.value
    return None


def _arms(tree: ast.Module) -> Iterator[ArmRead]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Experiment":
            written = next((keyword.value for keyword in node.keywords if keyword.arg == "arms"), None)
            if isinstance(written, ast.Dict) and all(isinstance(key, ast.Constant) for key in written.keys):
                pairs = zip(written.keys, written.values, strict=True)
                named = [(str(ast.literal_eval(key)), value) for key, value in pairs if key]
                differ = {change for _, value in named for change in _changes(value)}
                yield from (_arm(tree, name, value, differ) for name, value in named)


def _changes(value: ast.expr) -> dict[str, str]:
    """What `replace(base, model=…)` replaces."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "replace":
        return {keyword.arg: ast.unparse(keyword.value) for keyword in value.keywords if keyword.arg}
    return {}


def _arm(tree: ast.Module, name: str, value: ast.expr, differ: set[str]) -> ArmRead:
    changes = _changes(value)
    if changes:
        assert isinstance(value, ast.Call)
        return ArmRead(name, ast.unparse(value.args[0]), changes)
    if isinstance(value, ast.Name):
        made = _made(tree, value.id)
        if isinstance(made, ast.Call) and not _changes(made):  # the base: what it has where the others differ
            own = {keyword.arg: ast.unparse(keyword.value) for keyword in made.keywords if keyword.arg in differ}
            return ArmRead(name, value.id, {str(key): code for key, code in own.items()}, is_base=True, variable=value.id)
        if isinstance(made, ast.Call):
            return ArmRead(name, ast.unparse(made.args[0]), _changes(made), variable=value.id)
        return ArmRead(name, value.id, variable=value.id)
    return ArmRead(name, expression=ast.unparse(value))


def _made(tree: ast.Module, name: str) -> ast.expr | None:
    """What a name is made of inside the function that builds the experiment."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == name:
                return node.value
            if isinstance(target, ast.Tuple):
                names = [each.id if isinstance(each, ast.Name) else "" for each in target.elts]
                if name in names:
                    return _part(node.value, names.index(name))
    return None


def _part(value: ast.expr, place: int) -> ast.expr | None:
    """What stands at this place of `one, other`, or comes there of `(replace(base, optimizer=sgd(lr)) for lr in rates)`."""
    if isinstance(value, ast.Tuple):
        return value.elts[place]
    if isinstance(value, ast.GeneratorExp) and len(value.generators) == 1:
        each = value.generators[0]
        if isinstance(each.target, ast.Name) and isinstance(each.iter, ast.Tuple) and not each.ifs:
            put: ast.expr = _Put(each.target.id, each.iter.elts[place]).visit(copy.deepcopy(value.elt))
            return put
    return None


class _Put(ast.NodeTransformer):
    """Puts an expression in the place of a name."""

    def __init__(self, name: str, value: ast.expr) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.value if node.id == self.name else node
