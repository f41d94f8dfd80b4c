"""A counted network as it is shown in a terminal: its layers, its totals, the memory of a training step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from seodang.cli.screen import QUIET
from seodang.locale import _

if TYPE_CHECKING:
    from rich.console import Console

    from seodang.counting.memory import TrainingMemory
    from seodang.counting.network import Field, Layer, Network


def print_layers(console: Console, counted: Network) -> None:
    """A row a layer, but for those that change nothing that is counted."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in (_("layer"), _("kind"), _("output")):
        table.add_column(title, overflow="fold")
    for title in (_("parameters"), _("MACs"), _("receptive field")):
        table.add_column(title, justify="right", no_wrap=True)
    field = None
    hidden = 0
    for layer in counted.layers:
        if _changes_nothing(layer, field):
            hidden += 1
            continue
        field = layer.field or field
        table.add_row(*_row(layer))
    console.print(f"[bold]{escape(counted.name)}[/]  [{QUIET}]{_by(counted.input)}[/]\n", soft_wrap=True)
    console.print(table)
    if hidden:
        note = _("Not shown: {n} that only act number by number (activations, dropout).", n=hidden)
        console.print(f"[{QUIET}]{note}[/]")


def _changes_nothing(layer: Layer, field: Field | None) -> bool:
    """Whether a row would only repeat the one before: an activation, a dropout."""
    same_sight = layer.field is None or layer.field == field
    return not layer.parameters and not layer.macs and layer.inputs == layer.output and same_sight


def _row(layer: Layer) -> tuple[str, ...]:
    shape = _by(layer.output) if layer.output else f"[{QUIET}]{_('did not run')}[/]"
    seen = _by(layer.field.size) if layer.field else ""
    counts = (f"{layer.parameters:,}" if layer.parameters else "", _short(layer.macs) if layer.macs else "")
    return escape(layer.name), escape(layer.kind), shape, *counts, seen


def print_totals(console: Console, counted: Network) -> None:
    """Of the whole network, for one example."""
    rows = [
        (_("parameters"), f"{counted.parameters:,}"),
        (_("MACs, one example"), f"{counted.macs:,}"),
        (_("FLOPs, one example"), f"{counted.flops:,}"),
        (_("FLOPs, forward and backward"), f"{counted.training_flops:,}"),
    ]
    seen = counted.receptive_field
    if seen:
        size, stride = _by(seen.size), _by(seen.stride)
        rows.append((_("receptive field"), _("{size} pixels, {stride} apart", size=size, stride=stride)))
    console.print()
    _plain_columns(console, rows)


def print_memory(console: Console, memory: TrainingMemory, optimizer: str, fitting: tuple[str, int] | None) -> None:
    """The parts of the peak; `fitting` is a memory and the largest batch that fits it."""
    rows = [
        (_("training memory, batch {batch}", batch=memory.batch), _size(memory.total)),
        ("  " + _("parameters"), _size(memory.parameters)),
        ("  " + _("gradients"), _size(memory.gradients)),
        ("  " + _("optimizer state ({optimizer})", optimizer=optimizer), _size(memory.optimizer)),
        ("  " + _("activations"), _size(memory.activations)),
        ("  " + _("working space"), _size(memory.workspace)),
    ]
    if fitting is not None:
        memory_size, largest = fitting
        rows.append((_("largest batch in {memory}", memory=escape(memory_size)), f"{largest:,}"))
    console.print()
    _plain_columns(console, rows)


def _plain_columns(console: Console, rows: list[tuple[str, str]]) -> None:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    for name, value in rows:
        grid.add_row(name, value)
    console.print(grid)


def _by(numbers: Sequence[float]) -> str:
    return " x ".join(f"{number:.10g}" for number in numbers)


def _short(count: int) -> str:
    """Four digits and a unit: 1.85 G."""
    for size, unit in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size:
            return f"{count / size:.4g} {unit}"
    return str(count)


def _size(count: int) -> str:
    """Bytes, in the units that --memory reads."""
    for size, unit in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= size:
            return f"{count / size:.4g} {unit}"
    return f"{count} B"
