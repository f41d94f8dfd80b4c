"""The networks that ship: published ones by name, and the command that lists them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from seodang.cli.errors import UsageError
from seodang.cli.options import DATA, Data
from seodang.cli.screen import QUIET, out, print_json
from seodang.locale import _

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Published:
    """A network as its paper has it: a function of models/ that its file names in INPUT, with the shape of an example."""

    name: str
    input: tuple[tuple[int, ...], ...]
    """The shape of each thing it takes, without the batch."""
    paper: str
    """The first line of its docstring."""
    file: str

    def build(self) -> nn.Module:
        """The network without its numbers: only counting it is what it is for."""
        import importlib

        from seodang.cli.building import without_numbers

        module = importlib.import_module(f"seodang.models.{self.file}")
        return without_numbers(getattr(module, self.name))

    @property
    def parameters(self) -> int:
        """How many it has."""
        return sum(weight.numel() for weight in self.build().parameters())


def published() -> tuple[Published, ...]:
    """Every published network, in the order of their files; read from the source, so that torch is not imported."""
    return tuple(network for file in sorted(_folder().glob("*.py")) for network in _of_file(file))


def published_named(name: str) -> Published | None:
    """One of them, however it is typed: `resnet-50`, `ResNet50`."""
    plain = _plain(name)
    return next((network for network in published() if _plain(network.name) == plain), None)


@dataclass(frozen=True)
class Method:
    """A file of models/ whose networks or methods are built in any size, without a published one."""

    module: str
    about: str
    """The first line of its docstring."""
    file: str


def methods() -> tuple[Method, ...]:
    """Every file of models/ that names no published network, read and not imported."""
    folder, named = _folder(), {network.file for network in published()}
    found = []
    for file in sorted(folder.rglob("*.py")):
        place = file.relative_to(folder)
        if file.name == "__init__.py" or file.stem in named:
            continue
        about = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]
        module = ".".join(("seodang", "models", *place.with_suffix("").parts))
        found.append(Method(module, about, f"models/{place.as_posix()}"))
    return tuple(found)


def models(*, data: Data = DATA) -> None:
    """List the networks that ship as published, with parameters, input and paper, and those to be built in any size."""
    networks, others = published(), methods()
    if not networks:
        raise UsageError(_("there are no published networks here"))
    if data.json:
        print_json([*map(_entry, networks), *map(_method, others)])
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(_("name"))
    table.add_column(_("parameters"), justify="right", no_wrap=True)
    table.add_column(_("input"), no_wrap=True)
    table.add_column(_("paper"))
    for network in networks:
        shape = ", ".join("x".join(map(str, each)) for each in network.input)
        table.add_row(f"[cyan]{network.name}[/]", f"{network.parameters:,}", shape, escape(network.paper))
    out().print(table)
    out().print(f"\n[bold]{_('In any size, to be imported')}[/]")
    rows = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for method in others:
        rows.add_row(f"[cyan]{method.module}[/]", escape(method.about))
    out().print(rows)
    out().print(f"\n[{QUIET}]{_('Layer by layer: seodang count {name}', name=networks[0].name)}[/]")


def _entry(network: Published) -> dict[str, Any]:
    return {
        "name": network.name,
        "parameters": network.parameters,
        "input": [list(shape) for shape in network.input],
        "paper": network.paper,
        "file": f"models/{network.file}.py",
    }


def _method(method: Method) -> dict[str, Any]:
    name = method.module.rpartition(".")[2]
    return {"name": name, "parameters": None, "input": None, "paper": method.about, "file": method.file}


def _folder() -> Path:
    import seodang

    return Path(seodang.__file__).parent / "models"


def _of_file(file: Path) -> Iterator[Published]:
    """The networks whose input a file names."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        if any(isinstance(target, ast.Name) and target.id == "INPUT" for target in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            assert node.value is not None
            for name, shape in _inputs(node.value).items():
                paper = (ast.get_docstring(functions[name]) or "").partition("\n")[0]
                shapes = shape if isinstance(shape[0], tuple) else (shape,)
                yield Published(name, shapes, paper, file.stem)


def _inputs(node: ast.expr) -> dict[str, Any]:
    """The value of INPUT: a dictionary, with `**` and `dict.fromkeys` where several networks share a shape."""
    if isinstance(node, ast.Call):
        names, shape = (ast.literal_eval(argument) for argument in node.args)
        return dict.fromkeys(names, shape)
    assert isinstance(node, ast.Dict)
    found: dict[str, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        found |= {ast.literal_eval(key): ast.literal_eval(value)} if key else _inputs(value)
    return found


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
