"""A question's page in the terminal, and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from seodang.cli.screen import COLOURS, MARKS, QUIET, bullets, slug_shown
from seodang.locale import _, spoken

if TYPE_CHECKING:
    from rich.console import Console

    from seodang.evidence import Evidence
    from seodang.library import Question

BEFORE = ("setting",)
WIDTH = 100


def print_page(console: Console, question: Question, open_: bool) -> None:
    """The page; without `open_`, only what may be read before predicting."""
    from seodang.cli.shelf import recorded

    page = question.page(spoken())
    evidence = recorded(question) if open_ else None
    console.width = min(console.width, WIDTH)
    console.print(f"\n[bold]{escape(page.title)}[/]   [{QUIET}]{slug_shown(question.slug)}[/]\n")
    for name in BEFORE:
        console.print(page.terminal(name))
    print_claims(console, question, evidence)
    if not open_:
        _invite(console, question)
        return
    if evidence:
        print_stale(console, question)
        print_figure(console, question, evidence)
        console.print()
    for name, section in page.sections.items():
        if name not in BEFORE:
            console.print(f"[bold]{escape(section.heading)}[/]")
            console.print(page.terminal(name, evidence))
            console.print()
    _print_references(console, question)


def print_claims(console: Console, question: Question, evidence: Evidence | None) -> None:
    """Each claim in a sentence, with its verdict once there is evidence."""
    page = question.page(spoken())
    heading = _("What is claimed") if question.kind == "derivation" else _("What is claimed of every seed")
    console.print(f"\n[bold]{heading}[/]")
    rows = []
    for name, sentence in page.claims.items():
        if evidence is None:
            rows.append(("•", escape(sentence)))
            continue
        claim = evidence.claim(name)
        mark = f"[{COLOURS[claim.outcome]}]{MARKS[claim.outcome]}[/]"
        rows += [(mark, escape(sentence)), ("", f"[{QUIET}]{claim.sentence(spoken())}[/]")]
    bullets(console, rows)
    console.print()


def print_stale(console: Console, question: Question) -> None:
    """Say so when the recorded evidence no longer speaks for the experiment."""
    from seodang.cli.shelf import stale

    reason = stale(question)
    if reason:
        console.print(f"[yellow]{_('This evidence is stale: {reason}.', reason=_(reason))}[/]\n")


def print_figure(console: Console, question: Question, evidence: Evidence) -> None:
    """The evidence as a figure made of characters."""
    from seodang.cli.shelf import labels
    from seodang.figures import terminal

    width = min(console.width, WIDTH)
    drawn = terminal(evidence, labels(question, spoken()), language=spoken(), width=width, color=not console.no_color)
    console.print(drawn, soft_wrap=True)


def _invite(console: Console, question: Question) -> None:
    page = question.page(spoken())
    console.print(f"[bold]{_('Predict')}[/]  {escape(page.predict.question)}")
    width = max(len(choice.id) for choice in page.predict.choices)
    for choice in page.predict.choices:
        console.print(f"   [cyan]{choice.id:<{width}}[/]  {escape(choice.text)}")
    slug = slug_shown(question.slug)
    console.print("\n" + _("The result and the explanation open once you have predicted:"))
    console.print(f"   [cyan]seodang predict {slug}[/]   [{QUIET}]{_('or just look:')}[/] seodang show {slug} --answer")


def _print_references(console: Console, question: Question) -> None:
    from seodang.cli.shelf import library

    console.print(f"[bold]{_('References')}[/]")
    works = library().works
    rows = []
    for reference in question.references:
        said = escape(f"{reference.authors} {reference.year}. {reference.title}.")
        link = works.link(reference)
        where = f"  [{QUIET}]{escape(link)}[/]" if link else ""
        rows.append(("•", f"{said} [italic]{escape(reference.venue)}[/]{where}"))
    bullets(console, rows)
    if question.next:
        following = ", ".join(f"[cyan]{slug_shown(slug)}[/]" for slug in question.next)
        console.print(f"\n[bold]{_('Next')}[/]  {following}")


def page_document(question: Question, open_: bool) -> dict[str, Any]:
    """`show --json`: nothing about the result unless `open_`."""
    from seodang.cli.shelf import library, recorded, stale

    page, works = question.page(spoken()), library().works
    evidence = recorded(question) if open_ else None
    sections = {name: page.markdown(name, evidence) for name in page.sections if open_ or name in BEFORE}
    document: dict[str, Any] = {
        "slug": question.slug,
        "chapter": question.chapter,
        "kind": question.kind,
        "language": page.language,
        "title": page.title,
        "claims": dict(page.claims),
        "predict": {
            "question": page.predict.question,
            "choices": [{"id": choice.id, "text": choice.text} for choice in page.predict.choices],
        },
        "sections": sections,
        "references": [{**asdict(reference), "link": works.link(reference)} for reference in question.references],
        "answered": open_,
    }
    if evidence:
        document["evidence"] = evidence.document()
        document["stale"] = stale(question)
    return document
