"""Reading the book: list, show, ask, and the welcome."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.markup import escape

from seodang.cli.options import DATA, Data
from seodang.cli.screen import QUIET, out, print_json, slug_shown, two_columns
from seodang.locale import _, spoken

if TYPE_CHECKING:
    from seodang.library import Question


def say_welcome() -> None:
    """What Seodang is and what to do next."""
    from seodang.cli.shelf import library, predicted

    book, console = library(), out()
    known = predicted()
    console.print(f"[bold]{_('Seodang')}[/]  {_('A school for deep learning in which every answer is an experiment.')}\n")
    console.print(_("{n} questions; you have predicted {m}.", n=len(book.slugs), m=len(known & set(book.slugs))) + "\n")
    waiting = next((slug for slug in book.slugs if slug not in known), book.slugs[0])
    steps = (
        (_("Predict what will happen"), f"seodang predict {slug_shown(waiting)}"),
        (_("Run the experiment"), f"seodang run {slug_shown(waiting)}"),
        (_("Read the explanation"), f"seodang show {slug_shown(waiting)}"),
        (_("Ask in your own words"), f'seodang ask "{_("why not sigmoid")}"'),
        (_("See every question"), "seodang list"),
        (_("All commands"), "seodang --help"),
    )
    console.print(f"[bold]{escape(book.question(waiting).title[spoken()])}[/]")
    two_columns(console, steps)


def list_questions(
    *, chapter: Annotated[str | None, Parameter(help="Only this chapter.")] = None, data: Data = DATA
) -> None:
    """List the questions of the book."""
    from seodang.cli.shelf import library, predicted

    book = library()
    chapters = (book.chapter(chapter),) if chapter else book.chapters
    if data.json:
        print_json([_entry(book.question(slug)) for one in chapters for slug in one.questions])
        return
    known = predicted()
    from rich.table import Table

    console = out()
    for one in chapters:
        table = Table.grid(padding=(0, 2))
        for slug in one.questions:
            question = book.question(slug)
            mark = "[green]✓[/]" if slug in known else " "
            kind = f"[{QUIET}]{_(question.kind)}[/]"
            table.add_row(f" {mark}", f"[cyan]{slug_shown(slug)}[/]", escape(question.title[spoken()]), kind)
        console.print(f"\n[bold]{one.title[spoken()]}[/]  [{QUIET}]{one.folder}[/]")
        console.print(table)
    console.print(f"\n[{QUIET}]{_('✓ you have predicted it')}[/]")


def _entry(question: Question) -> dict[str, object]:
    return {
        "slug": question.slug,
        "chapter": question.chapter,
        "kind": question.kind,
        "title": {"ko": question.title["ko"], "en": question.title["en"]},
        "catalogue": list(question.catalogue),
        "terms": list(question.terms),
        "next": list(question.next),
        "recorded": question.evidence is not None,
    }


def ask(*query: str, limit: int = 5, data: Data = DATA) -> None:
    """Find the question you mean, asked in your own words, in Korean or English.

    Parameters
    ----------
    query
        What you would ask, misspelt or not.
    limit
        How many answers at most.
    """
    from seodang.cli.errors import UsageError
    from seodang.cli.shelf import library

    if not " ".join(query).strip():
        raise UsageError(_('ask what? For example: seodang ask "why not sigmoid"'))
    if limit < 1:
        raise UsageError(_("--limit {limit}: ask for at least 1", limit=limit))
    hits = library().ask(" ".join(query), limit)
    if data.json:
        rows = [
            {"slug": h.slug, "heading": h.heading, "catalogue": list(h.catalogue), "score": h.score, "title": dict(h.title)}
            for h in hits
        ]
        print_json(rows)
        return
    if not hits:
        out().print(_("Nothing found. `seodang list` shows every question."))
        return
    rows_shown = tuple((escape(hit.title[spoken()]), f"seodang show {slug_shown(hit.slug)}") for hit in hits)
    two_columns(out(), rows_shown)


def show(
    slug: str,
    /,
    *,
    answer: Annotated[bool, Parameter(negative="", help="Show the result and the explanation without predicting.")] = False,
    data: Data = DATA,
) -> None:
    """Show a question's page; its result and explanation once you have predicted.

    Parameters
    ----------
    slug
        The question, as `seodang list` names it.
    """
    from seodang.cli.page import page_document, print_page
    from seodang.cli.shelf import keep_explained, library, predicted
    from seodang.store import StoreError

    question = library().question(slug)
    open_ = answer or question.slug in predicted()
    if data.json:
        print_json(page_document(question, open_))
        return
    print_page(out(), question, open_)
    if open_:
        with suppress(StoreError):  # a page is read even where nothing can be written
            keep_explained(question)
