"""What the checker asks of references and links: a form by which they can be found again, and the same one everywhere."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from seodang.library.dictionary import Term
from seodang.library.markdown import parse
from seodang.library.page import Page, Reference
from seodang.library.problem import Problem, did_you_mean

_INITIALS = r"(?:[^\W\d_a-z]\.[ -]?)+"
_AUTHOR = re.compile(rf"[^\W\d_][\w’' -]*(?:, {_INITIALS}(?: (?:Jr|II|III)\.?)?)?")
_BETWEEN = re.compile(r" & |, (?=[^,&]+, " + _INITIALS + r")")


def form(pages: Iterable[Page]) -> Iterator[Problem]:
    """References that are not written `Surname, X. & Surname, Y.`, with a title and a venue; or otherwise elsewhere."""
    first: dict[str, tuple[Reference, Page]] = {}
    for page in pages:
        for index, reference in enumerate(page.references):
            line = page.source.line("references", index)
            for author in _BETWEEN.split(re.sub(",? et al.$", "", reference.authors)):
                if not _AUTHOR.fullmatch(author.strip()):
                    message = f'the author "{author}" is not written as Surname, X. Y.; put a comma or & between authors.'
                    yield Problem(page.path, line, message)
            for name, text in (("title", reference.title), ("venue", reference.venue)):
                if text.endswith("."):
                    yield Problem(page.path, line, f'the {name} "{text}" ends with a full stop. Take it out.')
            known, where = first.setdefault(reference.title.casefold(), (reference, page))
            if _cited(known) != _cited(reference) and known.year == reference.year:
                message = (
                    f'"{reference.title}" is cited otherwise in {where.path.name}. Write authors, year and venue the same.'
                )
                yield Problem(page.path, line, message)


def _cited(reference: Reference) -> tuple[str, str, str]:
    """What must be the same everywhere; behind a comma of the venue stands a section, or where the paper can be had."""
    return reference.authors, reference.title, reference.venue.partition(",")[0]


def links(pages: Iterable[Page], stems: Mapping[str, Path], terms: Mapping[str, Term]) -> Iterator[Problem]:
    """Links of the text that lead nowhere: within the book to /questions/slug or /terms#key, outside to https."""
    for page in pages:
        for section in page.sections.values():
            for token in parse(section.source):
                for child in token.children or ():
                    if child.type == "link_open":
                        line = section.line + 1 + (token.map[0] if token.map else 0)
                        if message := _wrong(str(child.attrs["href"]), stems, terms):
                            yield Problem(page.path, line, message)


def _wrong(target: str, stems: Mapping[str, Path], terms: Mapping[str, Term]) -> str | None:
    if target.startswith("https://"):
        return None
    if target.startswith("/questions/"):
        slug = target.removeprefix("/questions/").partition("#")[0].replace("-", "_")
        return None if slug in stems else f'the link "{target}" names no question.{did_you_mean(slug, stems)}'
    if target.startswith("/terms#"):
        key = target.removeprefix("/terms#")
        return None if key in terms else f'the link "{target}" names no term.{did_you_mean(key, terms)}'
    return f'the link "{target}" leads out of the book. Write /questions/slug, /terms#key or an address with https.'
