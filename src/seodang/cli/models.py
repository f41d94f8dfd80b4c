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
    import seodang

    folder = Path(seodang.__file__).parent / "models"
    return tuple(network for file in sorted(folder.glob("*.py")) for network in _of_file(file))


def published_named(name: str) -> Published | None:
    """One of them, however it is typed: `resnet-50`, `ResNet50`."""
    plain = _plain(name)
    return next((network for network in published() if _plain(network.name) == plain), None)


def models(*, data: Data = DATA) -> None:
    """List the networks that ship as published: parameters, input, paper."""
    networks = published()
    if not networks:
        raise UsageError(_("there are no published networks here"))
    if data.json:
        print_json([_entry(network) for network in networks])
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
    out().print(f"\n[{QUIET}]{_('Layer by layer: seodang count {name}', name=networks[0].name)}[/]")


def _entry(network: Published) -> dict[str, Any]:
    return {
        "name": network.name,
        "parameters": network.parameters,
        "input": [list(shape) for shape in network.input],
        "paper": network.paper,
        "file": f"models/{network.file}.py",
    }


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
