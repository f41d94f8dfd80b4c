"""Run a question's experiment: live, to a verdict."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.markup import escape

from seodang.cli.errors import INTERRUPTED, UsageError
from seodang.cli.interrupt import listening
from seodang.cli.options import DATA, Data
from seodang.cli.screen import QUIET, aside, bullets, out, print_json, slug_shown
from seodang.locale import _, spoken

if TYPE_CHECKING:
    from rich.console import Console

    from seodang.evidence import Evidence
    from seodang.experiment import Experiment
    from seodang.library import Question

IMAGES = (".svg", ".png")


def run(
    slug: str,
    /,
    *,
    set_: Annotated[tuple[str, ...], Parameter(name="--set", negative="")] = (),
    seeds: int | None = None,
    dataset: Annotated[str | None, Parameter(name="--data")] = None,
    data_dir: Path | None = None,
    device: str = "cpu",
    save: Path | None = None,
    data: Data = DATA,
) -> int:
    """Run the experiment on fresh seeds until every claim is decided, and judge it.

    Running again continues the ledger of seeds; it cannot start it anew. Ctrl-C keeps the seeds already run.

    Parameters
    ----------
    slug
        The question, as `seodang list` names it.
    set_
        Turn a knob: --set depth=20. May be repeated; the run is then an exploration with a ledger of its own.
    seeds
        Judge exactly this many seeds, whether decided earlier or not. More than 50 are judged without a limit.
    dataset
        Run on another data set that the question takes: `seodang data` lists them.
    data_dir
        The folder that holds the data set's files.
    device
        cpu, cuda or cuda:1.
    save
        Save the figure: FIGURE.svg or FIGURE.png.
    """
    from seodang.cli.shelf import library

    question = library().question(slug)
    settings = _settings(set_, dataset)
    _check_options(seeds, save)
    if data_dir is not None:
        os.environ["SEODANG_DATA_DIR"] = str(data_dir)
    console = aside() if data.json else out()
    experiment, ledger = _opened(question, settings, seeds, device)
    if not data.json:
        _announce(console, question, experiment, ledger, settings)
    ledger, interrupted = _run(console, question, experiment, ledger, seeds)
    shown = ledger if seeds is None or not ledger.seeds else ledger.prefix(1 if experiment.exact else seeds)
    if save is not None and shown.seeds:
        _save(question, shown, save)
    if data.json:
        print_json(shown.document())
    if not data.json and shown.seeds:
        from seodang.cli.result import print_result

        print_result(console, question, shown, settings)
    if save is not None and shown.seeds:
        console.print(_("The figure is in {path}.", path=escape(str(save))))
    if interrupted:
        _say_kept(question, ledger)
        return INTERRUPTED
    return 0


def _settings(given: tuple[str, ...], dataset: str | None) -> dict[str, str]:
    settings: dict[str, str] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name or not value:
            raise UsageError(_("--set {item}: write it as NAME=VALUE, such as --set depth=20", item=item))
        settings[name.strip()] = value.strip()
    if dataset is not None:
        settings["data"] = dataset
    return settings


def _check_options(seeds: int | None, save: Path | None) -> None:
    if seeds is not None and seeds < 1:
        raise UsageError(_("--seeds {seeds}: run at least 1", seeds=seeds))
    if save is not None and save.suffix.lower() not in IMAGES:
        raise UsageError(_("--save {path}: end the name in .svg or .png", path=save))
    if save is not None and not save.resolve().parent.is_dir():
        raise UsageError(_("--save {path}: there is no folder {folder}", path=save, folder=save.resolve().parent))


def _opened(question: Question, settings: dict[str, str], seeds: int | None, device: str) -> tuple[Experiment, Evidence]:
    """The experiment, its cost checked before anything is made, and the ledger it continues."""
    from seodang.cli.device import checked
    from seodang.runs import load, new_ledger, open_ledger

    if question.experiment is None:
        raise UsageError(_("{slug} has no experiment to run; read it: seodang show {slug}", slug=slug_shown(question.slug)))
    experiment = load(question.experiment, settings)
    place = checked(device)
    if settings:  # the author's own setting was affordable when it was recorded
        from seodang.training.cost import refuse_if_too_dear

        refuse_if_too_dear(experiment, settings)
    declared = experiment.seeds if seeds is None or seeds <= experiment.seeds else None
    return experiment, open_ledger(
        new_ledger(question.slug, question.experiment, experiment, declared=declared, device=place)
    )


def _announce(
    console: Console, question: Question, experiment: Experiment, ledger: Evidence, settings: dict[str, str]
) -> None:
    from seodang.data.images import SETS
    from seodang.runs.load import parameters_of

    page = question.page(spoken())
    console.print(f"\n[bold]{escape(page.title)}[/]")
    if not console.is_terminal:  # on a terminal the live display says them
        bullets(console, [("•", escape(sentence)) for sentence in page.claims.values()])
    knobs = "  ".join(f"{name}={value}" for name, value in parameters_of(experiment).items())
    if knobs:
        console.print(f"[{QUIET}]{knobs}[/]")
    if settings:
        console.print(f"[yellow]{_('An exploration: with knobs turned, this is not the claim of the book.')}[/]")
    if (name := str(settings.get("data", ""))) in SETS and SETS[name].official_split:
        console.print(f"[{QUIET}]{_('{name} has an official test split: the verdict holds for that split.', name=name)}[/]")
    if ledger.seeds and not ledger.exact:
        console.print(f"[{QUIET}]{_('Your ledger already holds {n} seeds; it is continued.', n=len(ledger.seeds))}[/]")
    console.print()


def _run(
    console: Console, question: Question, experiment: Experiment, ledger: Evidence, seeds: int | None
) -> tuple[Evidence, bool]:
    """The ledger extended, and whether it was interrupted; every whole block is on disk before the next begins."""
    from seodang.cli.live import Live
    from seodang.runs import Cancelled, Watcher, ledger_path, run

    latest = ledger

    def keep(extended: Evidence) -> None:
        nonlocal latest
        extended.write(ledger_path(extended))
        latest = extended
        live.show(extended)

    with Live(console, question, experiment, ledger) as live, listening() as pressed:
        watcher = Watcher(lambda now: live.progress(now) and not pressed(), keep)
        try:
            return run(experiment, ledger, seeds=seeds, watcher=watcher), False
        except (KeyboardInterrupt, Cancelled):
            return latest, True


def _save(question: Question, evidence: Evidence, path: Path) -> None:
    from seodang.cli.shelf import labels
    from seodang.figures import figure, save

    save(figure(evidence, labels(question, spoken()), language=spoken()), path)


def _say_kept(question: Question, ledger: Evidence) -> None:
    n = len(ledger.seeds)
    kept = _("Interrupted. {n} seeds are kept; go on with: seodang run {slug}", n=n, slug=slug_shown(question.slug))
    nothing = _("Interrupted before the first seed was done; nothing was kept.")
    aside().print(kept if n else nothing)
