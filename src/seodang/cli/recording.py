"""Record the author's evidence beside the question."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from seodang.cli.errors import UsageError
from seodang.cli.options import DATA, Data
from seodang.cli.screen import aside, print_json, slug_shown
from seodang.locale import _, spoken

if TYPE_CHECKING:
    from seodang.evidence import Evidence
    from seodang.library import Question

BLOCK = 10
"""Seeds trained together when nobody waits for the first."""


def record(
    slug: Annotated[tuple[str, ...], Parameter(negative="")],
    /,
    *,
    seeds: int = 50,
    replace: Annotated[bool, Parameter(negative="")] = False,
    data: Data = DATA,
) -> None:
    """Record evidence: run seeds 0, 1, 2 … and write the numbers beside the question, to be committed and reviewed.

    Recording again continues the file; when the code has changed since, it begins a new one.

    Parameters
    ----------
    slug
        The questions to record.
    seeds
        How many, at most 50.
    replace
        Begin again even if the file there is unreadable or was edited.
    """
    from seodang.cli.shelf import library
    from seodang.verdict import LARGEST_CAP

    if not 1 <= seeds <= LARGEST_CAP:
        raise UsageError(_("--seeds {seeds}: record 1 to 50 seeds", seeds=seeds))
    book = library()
    questions = [book.question(name) for name in slug]
    made = [_record(question, seeds, replace) for question in questions]
    if data.json:
        print_json([evidence.document() for evidence in made])


def _record(question: Question, seeds: int, replace: bool) -> Evidence:
    from seodang.cli.live import Live
    from seodang.runs import RECORDED_SEEDS, Watcher, load, new_ledger, run

    if question.experiment is None:
        raise UsageError(_("{slug} has no experiment to record", slug=slug_shown(question.slug)))
    experiment = load(question.experiment)
    empty = new_ledger(question.slug, question.experiment, experiment, declared=experiment.seeds)
    path = question.experiment.with_suffix(".json")
    ledger, begun_anew = _continued(path, empty, replace)
    overwrite = replace or begun_anew

    def keep(extended: Evidence) -> None:
        nonlocal overwrite
        extended.write(path, replace=overwrite)
        overwrite = False
        live.show(extended)

    console = aside()
    note = "  " + _("begun anew: the code has changed") if begun_anew else ""
    console.print(f"[bold]{slug_shown(question.slug)}[/]{note}")
    with Live(console, question, experiment, ledger) as live:
        ledger = run(
            experiment, ledger, seeds=seeds, first_seed=RECORDED_SEEDS, block=BLOCK, watcher=Watcher(live.progress, keep)
        )
    for claim in ledger.claims:
        console.print(f"  {claim.claim}: {claim.sentence(spoken())}")
    return ledger


def _continued(path: Path, empty: Evidence, replace: bool) -> tuple[Evidence, bool]:
    """The recorded ledger to go on with, or the empty one; and whether the one there is of older code."""
    from seodang.evidence import Evidence

    if replace or not path.exists():
        return empty, False
    there = Evidence.read(path)
    same = there.code == empty.code and there.parameters == empty.parameters
    same = same and [c.claim for c in there.claims] == [c.claim for c in empty.claims]
    return (there, False) if same else (empty, True)
