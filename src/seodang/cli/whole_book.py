"""The whole book at once: every experiment run on fresh seeds, or recorded again and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.markup import escape
from rich.table import Table

from seodang.cli.errors import INTERRUPTED, UsageError, expected
from seodang.cli.interrupt import listening
from seodang.cli.options import DATA, Data
from seodang.cli.recording import BLOCK
from seodang.cli.screen import COLOURS, MARKS, QUIET, aside, out, print_json, slug_shown
from seodang.locale import _, spoken

if TYPE_CHECKING:
    from rich.console import Console

    from seodang.evidence import Evidence
    from seodang.library import Library, Question


def run(*, chapter: Annotated[str | None, Parameter(help="Only this chapter.")] = None, data: Data = DATA) -> int:
    """Run every experiment of the book on fresh seeds until it is decided, and print the ledger of all claims.

    Your own ledgers are continued, so that a run that was interrupted goes on where it was. Exits with 1 if an experiment
    could not be run.
    """
    from seodang.cli.shelf import library, recorded
    from seodang.runs import Cancelled

    book = library()
    questions = _with_experiments(book, chapter)
    done: dict[str, Evidence] = {}
    failed: dict[str, str] = {}
    interrupted = False
    with _progress(len(questions)) as tell, listening() as pressed:
        for question in questions:
            tell(question)
            try:
                done[question.slug] = _decided(question, pressed)
            except (KeyboardInterrupt, Cancelled):
                interrupted = True
                break
            except Exception as error:
                if not expected(error):
                    raise
                failed[question.slug] = str(error)
    rows = [_Row(question, done[question.slug], recorded(question)) for question in questions if question.slug in done]
    if data.json:
        print_json({"questions": [row.document() for row in rows], "failed": failed})
    else:
        _print_ledger(out(), rows)
        _print_slow(out(), rows)
        for slug, reason in failed.items():
            aside().print(f"[red]{slug_shown(slug)}[/]: {escape(reason)}")
        if interrupted:
            aside().print(_("Interrupted. Whole blocks of seeds are kept; go on with: seodang book run"))
    return INTERRUPTED if interrupted else int(bool(failed))


def prove(
    *,
    part: Annotated[
        str, Parameter(help="Which part of the book, such as 3/8: every eighth question from the third.")
    ] = "1/1",
    seeds: Annotated[int | None, Parameter(help="How many seeds; as many as were recorded, if not said.")] = None,
    data: Data = DATA,
) -> int:
    """Record a part of the book again, beside the evidence that is there, and compare what comes out.

    Nothing in the book is changed. Exits with 1 if a claim of an experiment or a derivation comes out otherwise than it was
    recorded; measurements of time are only shown, for they belong to their machine.
    """
    from seodang.cli.shelf import library, recorded

    which, of = _part(part)
    if seeds is not None and seeds < 1:
        raise UsageError(_("--seeds {seeds}: run at least 1", seeds=seeds))
    book = library()
    questions = [question for question in _with_experiments(book, None) if question.evidence][which - 1 :: of]
    rows = []
    with _progress(len(questions)) as tell:
        for question in questions:
            tell(question)
            before = recorded(question)
            assert before
            n = min(seeds or len(before.seeds), len(before.seeds))
            again = _recorded_again(question, n)
            rows.append(_Row(question, again, before if before.exact else before.prefix(n)))
    if data.json:
        print_json({"questions": [row.document() for row in rows]})
    else:
        _print_ledger(out(), rows)
    return int(any(row.changed and row.question.kind != "measurement" for row in rows))


PATIENCE = 20
"""Seconds within which an experiment is to be decided on two cores."""


class _Row:
    """A question, what came out now, and what was recorded."""

    def __init__(self, question: Question, now: Evidence, recorded: Evidence | None) -> None:
        self.question, self.now, self.recorded = question, now, recorded
        told = {claim.claim: claim.outcome for claim in recorded.claims} if recorded else {}
        self.changed = [c.claim for c in now.claims if c.claim in told and told[c.claim] != c.outcome]

    def document(self) -> dict[str, object]:
        claims = {c.claim: {"outcome": str(c.outcome), "yes": c.verdict.k, "n": c.verdict.n} for c in self.now.claims}
        seeds, seconds = len(self.now.seeds), self.now.seconds
        return {
            "slug": self.question.slug,
            "seeds": seeds,
            "seconds": seconds,
            "claims": claims,
            "changed": self.changed,
        }


def _with_experiments(book: Library, chapter: str | None) -> list[Question]:
    chapters = (book.chapter(chapter),) if chapter else book.chapters
    questions = (book.question(slug) for one in chapters for slug in one.questions)
    return [question for question in questions if question.experiment is not None]


def _decided(question: Question, pressed: Callable[[], bool]) -> Evidence:
    """The learner's own ledger of the book's claim, continued until every claim is decided."""
    from seodang.runs import Watcher, ledger_path, load, new_ledger, open_ledger, run

    assert question.experiment
    experiment = load(question.experiment)
    ledger = open_ledger(new_ledger(question.slug, question.experiment, experiment, declared=experiment.seeds))
    keep = Watcher(lambda _now: not pressed(), lambda extended: extended.write(ledger_path(extended)))
    return run(experiment, ledger, watcher=keep)


def _recorded_again(question: Question, seeds: int) -> Evidence:
    from seodang.runs import RECORDED_SEEDS, load, new_ledger, run

    assert question.experiment
    experiment = load(question.experiment)
    empty = new_ledger(question.slug, question.experiment, experiment, declared=experiment.seeds)
    return run(experiment, empty, seeds=seeds, first_seed=RECORDED_SEEDS, block=BLOCK)


def _part(text: str) -> tuple[int, int]:
    which, slash, of = text.partition("/")
    if not (slash and which.isdecimal() and of.isdecimal() and 1 <= int(which) <= int(of)):
        raise UsageError(_("--part {part}: write it as 3/8, the third of eight parts", part=text))
    return int(which), int(of)


@contextmanager
def _progress(count: int) -> Iterator[Callable[[Question], None]]:
    """One display for all: which question, the how-manieth; on anything but a terminal a line each."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = aside()
    columns = (MofNCompleteColumn(), BarColumn(24), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as display:
        task = display.add_task("", total=count)
        begun = 0

        def tell(question: Question) -> None:
            nonlocal begun
            display.update(task, completed=begun, description=escape(question.title[spoken()]))
            begun += 1
            if not console.is_terminal:
                console.print(f"{begun}/{count} {slug_shown(question.slug)}")

        yield tell


def _print_ledger(console: Console, rows: Sequence[_Row]) -> None:
    """Every claim with its verdict, by question; one that was recorded otherwise is marked."""
    table = Table.grid(padding=(0, 1))
    tally = dict.fromkeys(MARKS, 0)
    for row in rows:
        words = row.question.page(spoken())
        seconds = f"{row.now.seconds:.0f}"
        times = "" if row.now.exact else " · " + _("{n} seeds in {seconds} s", n=len(row.now.seeds), seconds=seconds)
        table.add_row("", f"[bold]{escape(words.title)}[/]  [{QUIET}]{slug_shown(row.question.slug)}{times}[/]")
        for claim in row.now.claims:
            tally[claim.outcome] += 1
            mark = f"[{COLOURS[claim.outcome]}]{MARKS[claim.outcome]}[/]"
            count = "" if row.now.exact else f"  [{QUIET}]{_('{yes} of {n}', yes=claim.verdict.k, n=claim.verdict.n)}[/]"
            other = f"  [yellow]{_('recorded otherwise')}[/]" if claim.claim in row.changed else ""
            table.add_row(mark, escape(words.claims[claim.claim]) + count + other)
    console.print(table)
    told = ", ".join(f"{n} {_(outcome)}" for outcome, n in tally.items())
    console.print(f"\n{_('Questions: {n}', n=len(rows))} · {told}")


def _print_slow(console: Console, rows: Sequence[_Row]) -> None:
    """Which experiments a learner waits for longer than was promised, the slowest first."""
    slow = sorted((row for row in rows if row.now.seconds > PATIENCE), key=lambda row: -row.now.seconds)
    told = ", ".join(f"{slug_shown(row.question.slug)} {row.now.seconds:.0f} s" for row in slow)
    within = len(rows) - len(slow)
    console.print(_("Done within {patience} s: {within} of {n}.", patience=PATIENCE, within=within, n=len(rows)))
    if slow:
        console.print(_("Longer: {slow}", slow=told))
