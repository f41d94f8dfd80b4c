"""What is said when a run is over: the verdicts, the figure, the prediction scored, what to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from seodang.cli.page import print_claims, print_figure
from seodang.cli.screen import QUIET, slug_shown, two_columns
from seodang.locale import _, spoken

if TYPE_CHECKING:
    from rich.console import Console

    from seodang.evidence import Evidence
    from seodang.library import Question


def print_result(console: Console, question: Question, evidence: Evidence, settings: dict[str, str]) -> None:
    """The result of a run; a prediction is scored only on the claim of the book, not on an exploration."""
    print_figure(console, question, evidence)
    print_claims(console, question, evidence)
    if not evidence.exact:
        times = _("{n} seeds in {seconds} s.", n=len(evidence.seeds), seconds=f"{evidence.seconds:.0f}")
        console.print(f"[{QUIET}]{times}[/]")
    if not settings:
        _score(console, question, evidence)
    _print_next(console, question, settings)


def _score(console: Console, question: Question, evidence: Evidence) -> None:
    from seodang.cli.shelf import keep_result
    from seodang.review import brier
    from seodang.runs import ledger_path

    page = question.page(spoken())
    right = page.predict.right({claim.claim: str(claim.outcome) for claim in evidence.claims})
    made = keep_result(question, right.id if right else "", ledger_path(evidence).stem)
    if made is None or right is None:
        return
    hit = right.id == made.choice
    said = next((c.text for c in page.predict.choices if c.id == made.choice), made.choice)
    console.print("\n" + _("You predicted: {choice} ({sure} %).", choice=escape(said), sure=made.sure))
    verdict = _("You were right.") if hit else _("It came out: {choice}.", choice=escape(right.text))
    score = _("Brier score {score} (0 is perfect, 0.25 is a coin).", score=f"{brier(made.sure, hit):.2f}")
    console.print(f"[bold]{verdict}[/]  [{QUIET}]{score}[/]")


def _print_next(console: Console, question: Question, settings: dict[str, str]) -> None:
    from seodang.cli.shelf import predicted

    slug = slug_shown(question.slug)
    console.print(f"\n[bold]{_('Next')}[/]")
    rows = [(_("why it is so"), f"seodang show {slug}" + ("" if question.slug in predicted() else " --answer"))]
    if question.experiment is not None and not settings:
        rows.append((_("turn a knob"), f"seodang run {slug} --set {_knob(question)}"))
    rows += [(_("another question"), f"seodang predict {slug_shown(name)}") for name in question.next[:1]]
    two_columns(console, rows)


def _knob(question: Question) -> str:
    """A knob of the experiment turned, as an example of how to."""
    from seodang.experiment import knobs
    from seodang.runs import load

    assert question.experiment is not None
    parameters = load(question.experiment).parameters
    names = [name for name, knob in knobs(parameters).items() if not knob.choices] if parameters else []
    if not names:
        return "NAME=VALUE"
    name, bounds = names[0], knobs(parameters)[names[0]]
    now = getattr(parameters, name)
    doubled = now * 2 if bounds.high is None or now * 2 <= bounds.high else now // 2 if isinstance(now, int) else now / 2
    return f"{name}={doubled}"
