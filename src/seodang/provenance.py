"""Which code a record was made with: hashes of sources, found by reading them, never by importing."""

from __future__ import annotations

import ast
import hashlib
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

HOUSE = Path(__file__).parent
PARSING = threading.Lock()
HASHED = ("models", "data", "counting")
"""The rooms whose files count as part of an experiment that imports them."""
NUMBERLESS = ("cost.py", "lanes.py", "memory.py", "plan.py")
"""Files of the engine that no number depends on: what would be too dear, who trains when and with whom (a replica has the
same bits in any company), and which strategy is chosen, which the evidence itself records."""


def experiment_hash(path: Path) -> str:
    """The hash of an experiment's file and of every module of the house it imports, found by reading, not by importing."""
    return _hash_files(_with_imports(path))


def training_hash() -> str:
    """The hash of the code that trains, and of the vocabulary, where the common metrics are."""
    trains = sorted(path for path in (HOUSE / "training").glob("*.py") if path.name not in NUMBERLESS)
    vocabulary = sorted((HOUSE / "experiment").glob("*.py"))
    return _hash_files([*vocabulary, *trains])


def _hash_files(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def _with_imports(path: Path) -> list[Path]:
    found: dict[Path, None] = {}
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found[current] = None
        for module, name, _called in _imports(current):
            defined = _defined_in(module, name)
            waiting += [defined] if defined else []
    return sorted(found, key=lambda p: p.as_posix().rpartition("seodang/")[2])


def syntax(code: str) -> ast.Module:
    """The syntax tree, one thread at a time: beside another thread that parsed, Python 3.11 once raised SystemError, "AST
    constructor recursion depth mismatch". That threads are the cause is our guess; python/cpython#106905 names another."""
    with PARSING:
        return ast.parse(code)


def _imports(path: Path) -> tuple[tuple[str, str | None, str], ...]:
    """(module, name, what it is called here) of every import in a file; read again only when the file has changed."""
    state = path.stat()
    return _read_imports(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4096)
def _read_imports(path: Path, _changed: int, _size: int) -> tuple[tuple[str, str | None, str], ...]:
    found: list[tuple[str, str | None, str]] = []
    for node in ast.walk(syntax(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.module, alias.name, alias.asname or alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, None, alias.asname or alias.name) for alias in node.names]
    return tuple(found)


def _defined_in(module: str, name: str | None = None) -> Path | None:
    """The file of a hashed room where `from module import name` finds it, past a package that only passes it on.

    Hashing the package itself would make every experiment stale whenever any model is added to it.
    """
    first, *rest = module.split(".")
    if first != "seodang" or (rest and rest[0] not in HASHED):
        return None
    here = HOUSE.joinpath(*rest)
    if here.with_suffix(".py").is_file():
        return here.with_suffix(".py")
    package = here / "__init__.py"
    if name is None or not package.is_file():
        return package if rest and package.is_file() else None
    if (here / f"{name}.py").is_file() or (here / name).is_dir():
        return _defined_in(f"{module}.{name}")
    for inner, original, called in _imports(package):
        if original is not None and name == called:
            return _defined_in(inner, original)
    return package if rest else None
