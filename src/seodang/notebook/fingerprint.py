"""Which code an experiment was run with when it has no file of its own: what it is made of, followed from object to object.

A question of the book is hashed by its file. A notebook has none that could be trusted: cells are edited, and run in any
order. So the objects themselves are followed, from arms, metrics and claims to the functions, the classes, the arguments and
the global names they use. Of each is noted what it does and not where it stands: of a function its bytecode, constants,
defaults and closure (bytecode needs no source, and a prompt has none); of a class its bases and members; of a tensor or an
array its bytes; of any other object what `pickle` would take; of what Python or an installed package defines, its name.

What follows from that: another minor version of Python compiles other bytecode, and the same experiment has another hash
there. A module of one's own that is not installed counts by its file alone. Of what pickle refuses only the type is seen,
and the evidence names it under `code: unseen`.
"""

from __future__ import annotations

import dataclasses
import dis
import hashlib
import sys
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any, NamedTuple

from seodang.experiment import Experiment, Training
from seodang.provenance import HOUSE, experiment_hash

INSTALLED = ("site-packages", "dist-packages")
PLAIN = (type(None), bool, int, float, complex, str, bytes, range, slice, type(...))
FIXED = (tuple, frozenset)
COLLECTIONS = (*FIXED, list, set, dict, MappingProxyType)
NAMED = (ModuleType, type, FunctionType, BuiltinFunctionType)


class Part(NamedTuple):
    """One thing an experiment is made of: where it was met (`arms.relu.model → Net`), and what it is."""

    place: str
    what: str


@dataclasses.dataclass(frozen=True)
class Fingerprint:
    """All parts of an experiment in the order in which they are met, and the types of those that could not be seen."""

    parts: tuple[Part, ...]
    unseen: tuple[str, ...]

    @property
    def code(self) -> dict[str, str]:
        """What the evidence records of it."""
        digest = hashlib.sha256(repr([tuple(part) for part in self.parts]).encode()).hexdigest()
        return {"experiment": digest} | ({"unseen": ", ".join(self.unseen)} if self.unseen else {})

    def changed(self, later: Fingerprint) -> str:
        """The first place where a later fingerprint differs; empty when it does not."""
        for before, after in zip_longest(self.parts, later.parts):
            if before != after:
                return str((after or before).place)
        return ""


def fingerprint(experiment: Experiment) -> Fingerprint:
    """Follow an experiment. The same code and data give the same fingerprint in any process of one version of Python."""
    walk = _Walk()
    walk.follow("kind", experiment.kind)
    walk.follow("parameters", experiment.parameters)
    for name, arm in experiment.arms.items():
        if isinstance(arm, Training):
            for field in dataclasses.fields(arm):
                walk.follow(f"arms.{name}.{field.name}", getattr(arm, field.name))
        else:
            walk.follow(f"arms.{name}", arm)
    for what in ("metrics", "claims"):
        for name, value in getattr(experiment, what).items():
            walk.follow(f"{what}.{name}", value)
    return Fingerprint(tuple(walk.parts), tuple(sorted(walk.unseen)))


class _Walk:
    """Notes a part for everything it comes by. To what it met before it only points back, so circles end."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.unseen: set[str] = set()
        self.met: dict[int, tuple[int, Any]] = {}  # with the object itself, so that its id stays its own

    def follow(self, place: str, value: Any) -> None:
        """Note a value and everything it is made of."""
        if type(value) in PLAIN:
            self._note(place, repr(value))
        elif id(value) in self.met:
            self._note(place, f"as {self.met[id(value)][0]}")
        else:
            if not isinstance(value, FIXED):  # equal constants may be one object or two
                self.met[id(value)] = (len(self.met), value)
            self._object(place, value)

    def _note(self, place: str, what: str) -> None:
        self.parts.append(Part(place, what))

    def _object(self, place: str, value: Any) -> None:
        if isinstance(value, COLLECTIONS):
            self._collection(place, value)
        elif isinstance(value, NAMED) and (known := _known(value)):
            self._note(place, known)
        elif isinstance(value, ModuleType):
            path = Path(value.__file__ or "")
            self._note(place, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else value.__name__)
        elif isinstance(value, FunctionType):
            self._function(place, value)
        elif isinstance(value, CodeType):
            self._code(place, value)
        elif isinstance(value, type):
            self._class(place, value)
        elif isinstance(value, property):
            self.follow(place, (value.fget, value.fset, value.fdel))
        elif hasattr(value, "__wrapped__"):  # functools.cache and its like: what they call, not what they hold
            self.follow(place, value.__wrapped__)
        elif hasattr(value, "dtype") and (hasattr(value, "tobytes") or hasattr(value, "detach")):
            self._numbers(place, value)
        else:
            self._instance(place, value)

    def _collection(self, place: str, value: Any) -> None:
        self._note(place, f"{type(value).__qualname__} of {len(value)}")
        if isinstance(value, Mapping):
            value = [part for item in value.items() for part in item]
        elif isinstance(value, (set, frozenset)):  # whose order differs from process to process
            value = sorted(value, key=repr)
        for item in value:
            self.follow(place, item)

    def _function(self, place: str, function: FunctionType) -> None:
        self.follow(place, function.__code__)
        self.follow(place, (function.__defaults__, function.__kwdefaults__))
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            try:
                self.follow(f"{place} → {name}", cell.cell_contents)
            except ValueError:  # a name that is not yet bound
                self._note(f"{place} → {name}", "empty")
        for name in dict.fromkeys(_globals(function.__code__)):
            if name in function.__globals__:
                self.follow(f"{place} → {name}", function.__globals__[name])

    def _code(self, place: str, code: CodeType) -> None:
        told = (code.co_names, code.co_varnames, code.co_freevars, code.co_argcount, code.co_kwonlyargcount, code.co_flags)
        self._note(place, hashlib.sha256(code.co_code + code.co_exceptiontable + repr(told).encode()).hexdigest())
        self.follow(place, code.co_consts)

    def _class(self, place: str, cls: type) -> None:
        self._note(place, cls.__qualname__)
        self.follow(place, cls.__bases__)
        for name, member in vars(cls).items():
            does = callable(member) or isinstance(member, (property, staticmethod, classmethod))
            if (does or not name.startswith("__")) and name != "_abc_impl":  # not where it stands, its words, its types
                self.follow(f"{place}.{name}", member)

    def _numbers(self, place: str, value: Any) -> None:
        """A tensor or an array: its type, shape and bytes; an array of objects: each of them."""
        if getattr(value.dtype, "hasobject", False):
            self.follow(place, value.tolist())
            return
        try:
            digest = hashlib.sha256(_bytes(value)).hexdigest()
        except Exception:  # a layout of the tensor (sparse, nested, meta) that has no plain bytes
            self._unseen(place, value)
        else:
            self._note(place, f"{type(value).__qualname__} {tuple(value.shape)} {value.dtype} {digest}")

    def _instance(self, place: str, value: Any) -> None:
        try:
            reduced = value.__reduce_ex__(4)
        except Exception:  # whatever its author raises where it cannot be pickled
            self._unseen(place, value)
            return
        for part in reduced if isinstance(reduced, tuple) else [reduced]:
            self.follow(place, list(part) if isinstance(part, Iterator) else part)

    def _unseen(self, place: str, value: Any) -> None:
        name = f"{type(value).__module__}.{type(value).__qualname__}"
        self._note(place, name)
        self.unseen.add(name)


def _known(value: Any) -> str:
    """The name of what comes with Python or an installed package; empty for what is one's own. Of the house, a hash too."""
    module = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None) or "builtins"
    name = f"{module}.{getattr(value, '__qualname__', '')}"
    top = module.partition(".")[0]
    if top == "__main__":  # a notebook's cells, though the kernel that runs them is an installed package
        return ""
    if top in sys.stdlib_module_names:
        return name
    file = Path(getattr(sys.modules.get(module), "__file__", None) or "")
    if top == "seodang" and file.is_relative_to(HOUSE):
        return f"{name} {experiment_hash(file)}"
    package = Path(getattr(sys.modules.get(top), "__file__", None) or "")
    return name if any(part in INSTALLED for part in package.parts) else ""


def _bytes(value: Any) -> Any:
    """What a tensor or an array holds, as bytes."""
    if not hasattr(value, "detach"):
        return value.tobytes()
    import torch

    return value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data


def _globals(code: CodeType) -> Iterator[str]:
    """The global names that a function, and the functions within it, read."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals(constant)
