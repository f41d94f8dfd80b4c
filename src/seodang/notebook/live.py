"""What is seen while seeds run: the tally of every claim and a bar on a terminal or in Jupyter, elsewhere a line a block."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.live import Live as RichLive
from rich.table import Table
from rich.text import Text

from seodang.locale import _
from seodang.notebook.summary import COLOURS, MARKS

if TYPE_CHECKING:
    from seodang.evidence import ClaimEvidence, Evidence
    from seodang.figures import Labels
    from seodang.runs import Progress

BAR = 24
EVERY = 0.1
"""Seconds between two drawings."""
DOTS = {True: ("●", "green"), False: ("○", "red"), None: ("–", "yellow")}


class Live:
    """A display that stands still while it fills; with `shown=False` there is none."""

    def __init__(self, labels: Labels, arms: Sequence[str], ledger: Evidence, *, shown: bool) -> None:
        self.labels, self.ledger, self.shown = labels, ledger, shown
        self.console = Console(stderr=True, highlight=False)
        self.running: Progress | None = None
        self.done = dict.fromkeys(arms, 0.0)  # the share of the running block, by arm: arms may train side by side
        self.began = time.monotonic()
        self.drawn = 0.0
        self.place: _Terminal | _Jupyter | None = None

    def __enter__(self) -> Live:
        if self.shown:
            self.place = _place(self.console)
        self._draw()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.running = None
        self._draw()
        if self.place:
            self.place.close()

    def progress(self, progress: Progress) -> bool:
        """Told how far the block is; always goes on (an interrupt stops)."""
        self.running = progress
        self.done[progress.arm] = progress.step / progress.steps
        if time.monotonic() - self.drawn >= EVERY:
            self._draw()
        return True

    def show(self, ledger: Evidence) -> None:
        """Told of the ledger after every block."""
        self.ledger, self.running, self.done = ledger, None, dict.fromkeys(self.done, 0.0)
        if self.place:
            self._draw()
        elif self.shown:
            tallies = ", ".join(f"{c.claim} {c.verdict.k}/{c.verdict.n} {_(str(c.outcome))}" for c in ledger.claims)
            self.console.print(f"{_('{n} seeds', n=len(ledger.seeds))}: {tallies}")

    def _draw(self) -> None:
        if self.place:
            self.place.draw(self._table())
            self.drawn = time.monotonic()

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 1, 0, 0))
        for claim in self.ledger.claims:
            mark = Text(MARKS[claim.outcome], style=COLOURS[claim.outcome])
            table.add_row(mark, Text(self.labels.claim(claim.claim)))
            table.add_row("", _tally(claim))
        table.add_row("", self._bar())
        return table

    def _bar(self) -> Text:
        spent = f"{time.monotonic() - self.began:.0f} s"
        if self.running is None:
            return Text(f"{_('{n} seeds', n=len(self.ledger.seeds))}  {spent}", style="dim")
        now = self.running
        full = round(sum(self.done.values()) / len(self.done) * BAR)
        seeds = f"{now.seeds[0]}–{now.seeds[-1]}" if len(now.seeds) > 1 else str(now.seeds[0])
        said = _("{arm}, seeds {seeds}", arm=self.labels.arm(now.arm), seeds=seeds)
        return Text.assemble(("━" * full, "cyan"), ("─" * (BAR - full), "dim"), f"  {said}  ", (spent, "dim"), no_wrap=True)


def _tally(claim: ClaimEvidence) -> Text:
    if not claim.answers:
        return Text(_("no seed yet"), style="dim")
    line = Text()
    for answer in claim.answers:
        line.append(*DOTS[answer])
    tally = _("{yes} of {n}", yes=claim.verdict.k, n=claim.verdict.n)
    return line.append(f"  {tally}  {_(str(claim.outcome))}", style=COLOURS[claim.outcome])


def _place(console: Console) -> _Terminal | _Jupyter | None:
    if Console().is_jupyter:
        return _Jupyter()
    return _Terminal(console) if console.is_terminal else None


class _Terminal:
    """Drawn over itself by rich, on stderr; what is printed meanwhile scrolls above it."""

    def __init__(self, console: Console) -> None:
        self.live = RichLive(console=console, auto_refresh=False)
        self.live.start()

    def draw(self, table: Table) -> None:
        self.live.update(table, refresh=True)

    def close(self) -> None:
        self.live.stop()


class _Jupyter:
    """One output that is updated in place. Rich's own display would need ipywidgets, which not every front end shows."""

    def __init__(self) -> None:
        self.handle: Any = None

    def draw(self, table: Table) -> None:
        from IPython.display import display

        if self.handle is None:
            self.handle = display(table, display_id=True)
        else:
            self.handle.update(table)

    def close(self) -> None:
        """Nothing to give back: the last drawing stays."""
