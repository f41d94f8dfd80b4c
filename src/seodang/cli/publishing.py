"""The book made into files that are put somewhere: a static site, an index in Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from seodang.cli.errors import UsageError
from seodang.cli.options import COMMON, Common
from seodang.cli.screen import aside, out, slug_shown
from seodang.locale import _, spoken


def build(
    folder: Path = Path("book"),
    /,
    *,
    index: Annotated[Path | None, Parameter(help="Write only the index, as Markdown, into this file.")] = None,
    base: Annotated[
        str, Parameter(help="What stands in front of the index's links, such as https://example.org/book/.")
    ] = "",
    common: Common = COMMON,  # noqa: ARG001 (main has read --lang before parsing)
) -> None:
    """Write the printed book: a static site with every page, figure and verdict in both languages, and search.

    It needs no server: open index.html, or put the folder on any static host. With --index, write instead the numbered list
    of questions and the table of the meetings that a study repository has as its README.

    Parameters
    ----------
    folder
        Where to; it is made.
    """
    from seodang.cli.shelf import library
    from seodang.printed import build as build_site
    from seodang.printed import markdown_index

    book = library()
    if index is not None:
        text = markdown_index(book, spoken(), base)
        if index.exists():
            raise UsageError(_("--index {path}: there is a file; name another", path=index))
        index.write_text(text, encoding="utf-8")
        return
    language: Literal["en", "ko"] = spoken()
    console = aside()
    with console.status("") as status:
        build_site(book, folder, lambda slug, done, of: status.update(f"{done}/{of} {slug_shown(slug)}"))
    from seodang.locale import speak

    speak(language)
    out().print(_("The book is in {folder}: open {folder}/index.html.", folder=folder))
