"""Writing the book: check it, begin a new question."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from seodang.cli.errors import UsageError
from seodang.cli.options import COMMON, DATA, Common, Data
from seodang.cli.screen import out, print_json, slug_shown
from seodang.locale import LANGUAGES, _

if TYPE_CHECKING:
    from seodang.library import Library, Problem


def check(*, data: Data = DATA) -> int:
    """Check the whole book: both languages, structure, links, terms, references, math, evidence present and not stale.

    Exits with 1 when there is a problem.
    """
    from seodang.cli.shelf import library, stale
    from seodang.library.checking import problems

    book = library()
    found = problems(book, stale=stale) or _pictures(book)
    if data.json:
        print_json([{"path": str(p.path), "line": p.line, "message": p.message} for p in found])
        return 1 if found else 0
    here = Path.cwd()
    for problem in found:
        place = Path(os.path.relpath(problem.path, here)) if problem.path else Path()
        line = f":{problem.line}" if problem.line else ""
        print(f"{place}{line}: {problem.message}")
    if found:
        print(_("{n} problems in {m} questions.", n=len(found), m=len(book.slugs)))
        return 1
    print(_("{m} questions, no problem.", m=len(book.slugs)))
    return 0


def _pictures(book: Library) -> list[Problem]:
    """Figures of which a reader who does not see them would not be told everything: every arm and every claim."""
    from seodang.cli.shelf import labels, recorded
    from seodang.figures import FigureError, alt_text
    from seodang.library import Problem

    found = []
    for question in book.questions:
        evidence = recorded(question)
        for language in LANGUAGES if evidence else ():
            page = question.page(language)
            assert evidence
            try:
                told = alt_text(evidence, labels(question, language), language)
            except FigureError as error:
                found.append(Problem(page.path, 1, str(error)))
                continue
            missing = [text for text in (*page.arms.values(), *page.claims.values()) if text.rstrip(".") not in told]
            found += [Problem(page.path, 1, f'the figure\'s alternative text does not say "{text}".') for text in missing]
    return found


def new(
    slug: str,
    /,
    *,
    chapter: Annotated[str | None, Parameter(help="The chapter's folder, such as activations.")] = None,
    common: Common = COMMON,  # noqa: ARG001 (main has read --lang before parsing)
) -> None:
    """Begin a question: an experiment and a page in each language, ready to be filled in.

    Parameters
    ----------
    slug
        A short name in small letters, such as relu-over-sigmoid.
    """
    from importlib.resources import files

    from seodang.cli.shelf import library

    book = library()
    name = slug.replace("-", "_")
    if not name.isidentifier() or name != name.lower() or not name.isascii():
        raise UsageError(_("{slug}: use small letters, digits and hyphens, beginning with a letter", slug=slug))
    if name in book.stems:
        raise UsageError(_("{slug}: there is a question of that name already", slug=slug))
    folders = [one.folder for one in book.chapters]
    if chapter is None:
        raise UsageError(_("say where with --chapter {chapters}", chapters=" | ".join(folders)))
    if not (chapter.isidentifier() and chapter == chapter.lower()):
        raise UsageError(_("--chapter {chapter}: use small letters, digits and underscores", chapter=chapter))
    folder = book.folder / chapter
    folder.mkdir(exist_ok=True)
    templates = files("seodang") / "templates"
    console = out()
    for ending in ("py", *(f"{language}.md" for language in LANGUAGES)):
        path = folder / f"{name}.{ending}"
        path.write_text((templates / f"question.{ending}.txt").read_text(encoding="utf-8"), encoding="utf-8")
        console.print(str(path), soft_wrap=True)
    console.print("\n" + _("1. Write the experiment, 2. the two pages, 3. name the question in syllabus.toml, then:"))
    for typed in (f"seodang run {slug_shown(name)}", f"seodang record {slug_shown(name)}", "seodang check"):
        console.print(f"   [cyan]{typed}[/]")
