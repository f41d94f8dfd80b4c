"""What the pages say compared with each other: no sentence that a refuted claim contradicts, one word for one thing.

A sentence in quotation marks is somebody else's, and the section of the common wrong answer is about such sentences; neither
is held against the page.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from seodang.library.dictionary import Term
from seodang.library.fields import LANGUAGES, Source
from seodang.library.letters import grams, normal
from seodang.library.page import Page
from seodang.library.problem import Problem

ALIKE = 0.7
"""Dice similarity of the grams of two sentences from which on they say the same. On the book the nearest pairs that do not
lie at 0.67; a claim's own sentence with another word in it at 0.8 and more."""
NOT_HELD = ("wrong", "setting")
"""Sections that quote what is wrong, or tell what is to be tested."""
SHORTEST = 20
"""Letters below which a sentence says too little to be compared."""
_QUOTED = re.compile(r"\*?[\"“][^\"”\n]*[\"”]\*?|`[^`\n]*`|\$\$?[^$\n]+\$\$?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_GLOSS = re.compile(r"[가-힣]\(([a-z][a-z \-]{3,40})\)")
_BRACKET = re.compile(r"\s*\(([^()]*)\)")


@dataclass(frozen=True)
class Saying:
    """Something often said that an experiment of the book refuted, and how to recognise it."""

    page: str  # slug
    claim: str  # of that page, which must have come out refuted; empty for a plain mistake that needs no experiment
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]  # language → regular expressions
    line: int


def read_sayings(path: Path) -> tuple[Saying, ...]:
    """The sayings in `refuted.toml`; none where there is no such file."""
    if not path.exists():
        return ()
    fields = Source(path, path.read_text(encoding="utf-8")).parse()
    fields.only(("sayings",))
    found = []
    for table in fields.tables("sayings"):
        table.only(("page", "claim", *LANGUAGES))
        patterns: dict[str, tuple[re.Pattern[str], ...]] = {}
        for language in LANGUAGES:
            try:
                patterns[language] = tuple(re.compile(text, re.IGNORECASE) for text in table.texts(language))
            except re.error as error:
                raise table.error(f"this is no regular expression: {error}. Correct it.", language) from None
        claim = table.text("claim") if "claim" in table.values else ""
        line = fields.source.line(*table.keys)
        found.append(Saying(table.text("page"), claim, MappingProxyType(patterns), line))
    return tuple(found)


def contradictions(
    pages: Sequence[Page], outcomes: Mapping[str, Mapping[str, str]], sayings: Sequence[Saying], path: Path
) -> Iterator[Problem]:
    """Sentences that say what the evidence of a page (slug → claim → outcome) refuted, as claimed or as commonly said."""
    for saying in sayings:
        if saying.page not in outcomes:
            yield Problem(path, saying.line, f'there is no evidence of a page "{saying.page}". Correct the name.')
        elif saying.claim and outcomes[saying.page].get(saying.claim) != "refuted":
            came = outcomes[saying.page].get(saying.claim, "no claim there")
            message = f'"{saying.claim}" of {saying.page} is {came}, so it refutes nothing. Take the saying out.'
            yield Problem(path, saying.line, message)
    for language in LANGUAGES:
        of_language = [page for page in pages if page.language == language]
        refuted = [
            (_slug(page), name, _grams(sentence))
            for page in of_language
            for name, sentence in page.claims.items()
            if outcomes.get(_slug(page), {}).get(name) == "refuted"
        ]
        for page in of_language:
            for line, sentence in sentences(page):
                yield from _contradicted(page, line, sentence, refuted, sayings)


def _contradicted(
    page: Page,
    line: int,
    sentence: str,
    refuted: Sequence[tuple[str, str, frozenset[str]]],
    sayings: Sequence[Saying],
) -> Iterator[Problem]:
    if "{{" not in sentence:  # one with numbers of the evidence in it reports, whatever the numbers are
        mine = _grams(sentence)
        for slug, name, theirs in refuted:
            if 2 * len(mine & theirs) >= ALIKE * (len(mine) + len(theirs)):
                message = f"this says what the claim {name} of {slug} says, and that was refuted. Say what came out."
                yield Problem(page.path, line, message)
    for saying in sayings:
        for pattern in saying.patterns[page.language]:
            if found := pattern.search(sentence):
                message = f'"{found[0]}" is refuted by {saying.page}. Say what came out, or quote it as what people say.'
                yield Problem(page.path, line, message)


def sentences(page: Page) -> Iterator[tuple[int, str]]:
    """The sentences a page stands for, each with its line; quotations, formulas, code and tables are left out."""
    for id, section in page.sections.items():
        if id in NOT_HELD:
            continue
        for number, row in enumerate(section.source.splitlines(), start=section.line + 1):
            if not row.lstrip().startswith(("|", "#", "```")):
                for sentence in _SENTENCE_END.split(_QUOTED.sub(" ", row)):
                    if len(sentence) >= SHORTEST:
                        yield number, sentence


def words_used(pages: Iterable[Page], terms: Mapping[str, Term]) -> Iterator[Problem]:
    """Renderings that the dictionary says the book does not use, and glosses `우리말(english)` it does not hold."""
    known = {name for term in terms.values() for name in _names(term)}
    avoided = {
        language: [(word, term.name[language]) for term in terms.values() for word in term.avoid if _written(word, language)]
        for language in LANGUAGES
    }
    for page in pages:
        for section in page.sections.values():
            for number, row in enumerate(section.source.splitlines(), start=section.line + 1):
                text = _QUOTED.sub(" ", row)
                for word, name in avoided[page.language]:
                    if word.casefold() in text.casefold():
                        message = f'the book says "{name}" for "{word}". Use one word for one thing, or quote it.'
                        yield Problem(page.path, number, message)
                for gloss in _GLOSS.findall(text) if page.language == "ko" else ():
                    if gloss.strip().casefold() not in known:
                        message = f'"{gloss}" is explained as a term and is not in the dictionary. Add it to terms.toml.'
                        yield Problem(page.path, number, message)


def _names(term: Term) -> Iterator[str]:
    for name in (*term.name.values(), *term.also):
        yield name.casefold()
        yield _BRACKET.sub("", name).casefold()
        yield from (inner.casefold() for inner in _BRACKET.findall(name))


def _written(word: str, language: str) -> bool:
    return (re.search("[가-힣]", word) is not None) == (language == "ko")


@cache
def _grams(sentence: str) -> frozenset[str]:
    return frozenset(grams(normal(sentence)))


def _slug(page: Page) -> str:
    return page.path.name.split(".")[0]
