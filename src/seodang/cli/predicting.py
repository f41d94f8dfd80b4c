"""Predict what will happen, and how sure you are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.markup import escape

from seodang.cli.options import DATA, Data
from seodang.cli.screen import QUIET, asking, out, print_json, slug_shown
from seodang.locale import _, spoken

if TYPE_CHECKING:
    from seodang.library import Page
    from seodang.review import Prediction


def predict(
    slug: str,
    /,
    *,
    choice: str | None = None,
    sure: Annotated[int | None, Parameter(help="How sure you are, from 50 to 99 percent.")] = None,
    why: str = "",
    data: Data = DATA,
) -> None:
    """Predict what will happen before the experiment runs; asked at the prompt, or given by options.

    Parameters
    ----------
    slug
        The question, as `seodang list` names it.
    choice
        Which outcome you expect: its name, as `seodang show` lists it, or its number.
    why
        Your reason, for yourself.
    """
    from seodang.cli.shelf import keep_prediction, library, now
    from seodang.review import Prediction

    question = library().question(slug)
    page = question.page(spoken())
    if (choice is None or sure is None) and not data.json:
        _show_choices(page)
    picked = _choice(page, choice)
    confidence = sure if sure is not None else _confidence()
    prediction = Prediction(question.slug, picked, confidence, now(), why, spoken())
    keep_prediction(prediction)
    if data.json:
        print_json(_document(prediction))
        return
    text = next(c.text for c in page.predict.choices if c.id == picked)
    out().print(_("Noted: {choice} ({sure} %).", choice=escape(text), sure=confidence))
    out().print(f"{_('Now see what happens:')}  [cyan]seodang run {slug_shown(question.slug)}[/]")


def _document(prediction: Prediction) -> dict[str, object]:
    """The prediction as docs/json.md tells of it."""
    return {
        "slug": prediction.slug,
        "choice": prediction.choice,
        "sure": prediction.sure,
        "at": prediction.at.isoformat(timespec="seconds"),
        "why": prediction.why,
    }


def _show_choices(page: Page) -> None:
    console = out()
    console.print(f"\n[bold]{escape(page.title)}[/]\n")
    console.print(page.terminal("setting"))
    console.print(f"\n[bold]{escape(page.predict.question)}[/]")
    for number, choice in enumerate(page.predict.choices, start=1):
        console.print(f"  [cyan]{number}[/]  {escape(choice.text)}  [{QUIET}]{choice.id}[/]")


def _choice(page: Page, given: str | None) -> str:
    """The id of the choice given by id or number, asked for until it is one."""
    from seodang.cli.errors import UsageError

    ids = [choice.id for choice in page.predict.choices]
    while True:
        if given is None:
            if not asking():
                raise UsageError(_("say which with --choice {choices}", choices=" | ".join(ids)))
            given = input(f"\n{_('Which?')} (1-{len(ids)}) ").strip()
            interactive = True
        else:
            interactive = False
        if given in ids:
            return given
        if given.isdecimal() and 1 <= int(given) <= len(ids):
            return ids[int(given) - 1]
        problem = _("--choice {given}: choose one of {choices}", given=given, choices=", ".join(ids))
        if not interactive:
            raise UsageError(problem)
        out().print(problem)
        given = None


def _confidence() -> int:
    from seodang.cli.errors import UsageError
    from seodang.review.prediction import LEAST_SURE, MOST_SURE

    if not asking():
        raise UsageError(_("say how sure you are with --sure 50 … 99"))
    while True:
        given = input(f"{_('How sure are you?')} ({LEAST_SURE}-{MOST_SURE} %) ").strip().rstrip("%").strip()
        if given.isdecimal() and LEAST_SURE <= int(given) <= MOST_SURE:
            return int(given)
        out().print(_("Say a whole number from 50 (a coin's guess) to 99."))
