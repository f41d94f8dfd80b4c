"""The dictionary: what a word of the field is called and means, in Korean and in English."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from seodang.library.fields import LANGUAGES, Source
from seodang.library.letters import normal, squeezed


@dataclass(frozen=True)
class Term:
    """One word of the field."""

    key: str
    name: Mapping[str, str]  # language → name
    definition: Mapping[str, str]  # language → one sentence
    also: tuple[str, ...]  # other spellings and abbreviations, in either language, that search understands
    line: int
    avoid: tuple[str, ...] = ()  # renderings that the pages do not use, though people search for them


def read_terms(path: Path) -> dict[str, Term]:
    """The terms of `terms.toml` by key; a book without the file has none."""
    if not path.exists():
        return {}
    source = Source(path, path.read_text(encoding="utf-8"))
    fields = source.parse()
    lines = source.lines()
    terms: dict[str, Term] = {}
    for key in fields.values:
        table = fields.table(key)
        table.only((*LANGUAGES, "definition", "also", "avoid"))
        name = MappingProxyType({language: table.text(language) for language in LANGUAGES})
        definition = MappingProxyType(table.both("definition"))
        also, avoid = (table.texts(field, required=False) for field in ("also", "avoid"))
        terms[key] = Term(key, name, definition, also, lines[key,], avoid)
    return terms


def names(terms: Iterable[Term]) -> list[str]:
    """What the dictionary calls things, normalised; of "ROC curve (AUC)" both parts, and nothing of one letter."""
    called = (name for term in terms for name in (*term.name.values(), *term.also, *term.avoid))
    parts = {normal(part).strip() for name in called for part in re.split(r"[()]", name)}
    return sorted(part for part in parts if len(squeezed(part)) > 1)
