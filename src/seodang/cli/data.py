"""The data sets: which there are, what one holds, and fetching the files of those that are read from files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.markup import escape

from seodang.cli.options import DATA, Data
from seodang.cli.screen import QUIET, aside, out, print_json, two_columns
from seodang.locale import _

if TYPE_CHECKING:
    from rich.console import Console

    from seodang.cli.samples import Samples
    from seodang.data.sets import DataSet

SHOWN = 5
"""Samples that are shown of a set."""
FOLDER = "SEODANG_DATA_DIR"


def data(name: str | None = None, /, *, data_dir: Path | None = None, data: Data = DATA) -> None:
    """List the data sets; show what one holds.

    Parameters
    ----------
    name
        A data set, as the list names it.
    data_dir
        The folder that holds the files of the sets that are read from files.
    """
    from seodang.data.sets import dataset, datasets

    folder = _folder(data_dir)
    if name is None:
        found = datasets()
        if data.json:
            print_json([_entry(each, folder) for each in found])
        else:
            _print_list(out(), found, folder)
        return
    one = dataset(name)
    samples = _samples(one, folder)
    if data.json:
        print_json(_entry(one, folder) | _details(one, folder, samples))
    else:
        _print_set(out(), one, folder, samples)


def fetch(
    name: str,
    /,
    *,
    to: Annotated[Path | None, Parameter(help="The folder to put it into; it gets a folder of its name there.")] = None,
    data: Data = DATA,
) -> None:
    """Fetch the files of a data set, going on where an earlier attempt stopped.

    Parameters
    ----------
    name
        A data set, as the list names it.
    """
    from seodang.cli.errors import UsageError
    from seodang.data.fetching import fetch as fetch_files
    from seodang.data.sets import dataset

    one = dataset(name)
    if not one.files:
        raise UsageError(_("{name} needs no files: it is made or ships with the program", name=one.name))
    folder = _folder(to)
    console = aside()
    if not data.json:
        size, licence = _megabytes(sum(size for _sum, size in one.files.values())), one.licence
        console.print(_("{name}, {size}. Licence: {licence}.", name=one.name, size=size, licence=licence), soft_wrap=True)
    with _Bars(console) as bars:
        paths = fetch_files(one.name, one.files, one.mirrors, folder, bars)
    if data.json:
        print_json({"name": one.name, "files": [str(path) for path in paths]})
        return
    out().print(_("{name} is whole in {folder}.", name=one.name, folder=escape(str(paths[0].parent))), soft_wrap=True)
    if to is not None:
        out().print(f"[{QUIET}]{_('Pass --data-dir {folder} to use it.', folder=escape(str(to)))}[/]", soft_wrap=True)


class _Bars:
    """A bar for each file while it arrives; nothing where stderr is no terminal."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self.progress = Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal)
        self.tasks: dict[str, Any] = {}

    def __enter__(self) -> _Bars:
        self.progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.progress.stop()

    def __call__(self, file: str, there: int, whole: int) -> None:
        """Move a file's bar."""
        if file not in self.tasks:
            self.tasks[file] = self.progress.add_task(file, total=whole)
        self.progress.update(self.tasks[file], completed=min(there, whole))


def _folder(given: Path | None) -> Path:
    """Where files lie or go: as given, else SEODANG_DATA_DIR, else the program's own place."""
    from seodang.data.files import fetched

    if given is not None:
        os.environ[FOLDER] = str(given)
    return given or (Path(os.environ[FOLDER]) if os.environ.get(FOLDER) else fetched())


def _samples(one: DataSet, folder: Path) -> Samples | None:
    from seodang.cli.samples import drawn

    return drawn(one.name) if one.present(folder) is not False else None


def _entry(one: DataSet, folder: Path) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "about": one.about,
        "holds": one.holds,
        "shape": list(one.shape),
        "classes": one.classes,
        "licence": one.licence,
        "bytes": sum(size for _checksum, size in one.files.values()) or None,
        "present": one.present(folder),
    }


def _details(one: DataSet, folder: Path, samples: Samples | None) -> dict[str, Any]:
    from seodang.cli.samples import said

    places = range(min(SHOWN, len(samples.x))) if samples else ()
    return {
        "folder": str(folder) if one.files else None,
        "files": [
            {"name": file, "bytes": size, "checksum": checksum, "state": one.state(file, folder)}
            for file, (checksum, size) in one.files.items()
        ],
        "mirrors": list(one.mirrors),
        "samples": [
            {"x": samples.x[place].tolist(), "y": samples.y[place].tolist(), "said": said(samples, place)}
            for place in places
            if samples
        ],
    }


def _print_list(console: Console, found: tuple[DataSet, ...], folder: Path) -> None:
    from rich.table import Table

    headings = {
        "embedded": _("At hand, without any file"),
        "named": _("Read from files in {folder}", folder=escape(str(folder))),
    }
    for kind, heading in headings.items():
        console.print(f"\n[bold]{heading}[/]", soft_wrap=True)
        table = Table.grid(padding=(0, 2))
        for one in found:
            if one.kind == kind:
                mark = "[green]✓[/]" if one.present(folder) else " "
                classes = "" if one.classes is None else _("{n} classes", n=one.classes)
                licence = f"\n[{QUIET}]{escape(one.licence)}[/]" if one.files else ""
                table.add_row(f" {mark}", f"[cyan]{one.name}[/]", _shape(one), classes, escape(one.about) + licence)
        console.print(table)
    console.print(f"\n[{QUIET}]{_('✓ its files are there')}[/]")
    two_columns(console, ((_("See one"), "seodang data digits"), (_("Fetch one"), "seodang data fetch mnist")))


def _print_set(console: Console, one: DataSet, folder: Path, samples: Samples | None) -> None:
    from seodang.cli.samples import shown

    console.print(f"\n[bold]{escape(one.about)}[/]")
    console.print(f"{escape(one.holds)}\n", markup=True)
    console.print(f"[{QUIET}]{_('Licence: {licence}.', licence=escape(one.licence))}[/]")
    states = {
        "published": _("as published"),
        "other": _("differs from the published file"),
        "unpacked": _("there, unpacked"),
        "missing": _("missing"),
    }
    for file, (_checksum, size) in one.files.items():
        console.print(f"  {file}  [{QUIET}]{_megabytes(size)}[/]  {states[one.state(file, folder)]}")
    if samples is None:
        console.print()
        two_columns(console, ((_("Fetch it"), f"seodang data fetch {one.name}"),))
        return
    console.print()
    for line in shown(samples, SHOWN, console.width):
        console.print(line)


def _shape(one: DataSet) -> str:
    return " × ".join(f"{size:,}" if isinstance(size, int) else size for size in one.shape)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.0f} kB"
