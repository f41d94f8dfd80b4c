"""What is seen while seeds run: the tally of every claim, a dot a seed, how far the running block is."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.live import Live as RichLive
from rich.table import Table
from rich.text import Text

from seodang.cli.screen import COLOURS, MARKS, QUIET
from seodang.locale import _, spoken

if TYPE_CHECKING:
    from seodang.evidence import ClaimEvidence, Evidence
    from seodang.experiment import Experiment
    from seodang.library import Question
    from seodang.runs import Progress

BAR = 24
DOTS = {True: ("●", "green"), False: ("○", "red"), None: ("–", "yellow")}


class Live:
    """A display that stands still while it fills; on anything but a terminal, one line a block of seeds."""

    def __init__(self, console: Console, question: Question, experiment: Experiment, ledger: Evidence) -> None:
        self.console = console
        self.page = question.page(spoken())
        self.arms = list(experiment.arms)
        self.ledger = ledger
        self.running: Progress | None = None
        self.shares: dict[str, float] = {}
        """How far each arm of the running block is; arms run side by side."""
        self.began = time.monotonic()
        self.live = RichLive(console=console, transient=True, refresh_per_second=8) if console.is_terminal else None

    def __enter__(self) -> Live:
        if self.live:
            self.live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.live:
            self.live.stop()

    def progress(self, progress: Progress) -> bool:
        """Told how far the block is; always goes on (Ctrl-C stops)."""
        self.running = progress
        self.shares[progress.arm] = progress.step / progress.steps
        if self.live:
            self.live.update(self._drawn())
        return True

    def show(self, ledger: Evidence) -> None:
        """Told of the ledger after every block."""
        self.ledger, self.running, self.shares = ledger, None, {}
        if self.live:
            self.live.update(self._drawn())
        elif not ledger.exact:
            self._line(ledger)

    def _line(self, ledger: Evidence) -> None:
        tallies = ", ".join(f"{c.claim} {c.verdict.k}/{c.verdict.n} {_(str(c.outcome))}" for c in ledger.claims)
        self.console.print(f"{_('{n} seeds', n=len(ledger.seeds))}: {tallies}")

    def _drawn(self) -> RenderableType:
        grid = Table.grid(padding=(0, 1, 0, 0))
        for name, sentence in self.page.claims.items():
            claim = self.ledger.claim(name)
            grid.add_row(Text(f" {MARKS[claim.outcome]}", style=COLOURS[claim.outcome]), Text(sentence))
            grid.add_row("", self._tally(claim))
        return Group(grid, Text(""), self._bar())

    def _tally(self, claim: ClaimEvidence) -> Text:
        if not claim.answers:
            return Text(_("no seed yet"), style=QUIET)
        line = Text()
        for answer in claim.answers:
            line.append(*DOTS[answer])
        tally = _("{yes} of {n}", yes=claim.verdict.k, n=claim.verdict.n)
        return line.append(f"  {tally}  {_(str(claim.outcome))}", style=COLOURS[claim.outcome])

    def _bar(self) -> Text:
        spent = f"{time.monotonic() - self.began:.0f} s"
        if self.running is None:
            return Text(f" {spent}", style=QUIET)
        now = self.running
        full = round(sum(self.shares.values()) / len(self.arms) * BAR)
        seeds = f"{now.seeds[0]}–{now.seeds[-1]}" if len(now.seeds) > 1 else str(now.seeds[0])
        said = _("{arm}, seeds {seeds}", arm=self.page.arms.get(now.arm, now.arm), seeds=seeds)
        return Text.assemble(
            " ", ("━" * full, "cyan"), ("─" * (BAR - full), QUIET), f"  {said}  ", (spent, QUIET), no_wrap=True
        )
