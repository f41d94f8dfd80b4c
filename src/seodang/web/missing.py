"""What a data set refuses with, in the language that is spoken: `data` knows of no other room, and speaks English.

Its sentences are known by their form; any that is not among these is said as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from seodang.locale import _ as said


def in_words(message: str) -> str:
    """The sentence in the spoken language."""
    for pattern, sentence in zip(_patterns(), _sentences(said), strict=True):
        if found := pattern.fullmatch(message):
            return sentence.format(**found.groupdict())
    return message


def _sentences(_: Callable[[str], str]) -> tuple[str, ...]:
    """The refusals that a learner can meet from a page: files that are missing, or not the published ones."""
    return (
        _("{name}: no folder given; pass --data-dir DIR, a folder that holds {holds}, or: seodang data fetch {name}"),
        _("{name}: --data-dir {given} is not a folder"),
        _("{name}: neither {files} nor {file} is in {folder}; get it: seodang data fetch {name} --to {place}"),
        _("{name}: no {file} is in {folder}; get it: seodang data fetch {name} --to {place}"),
        _("{path}: not the published file (its {kind} differs); delete it, then: seodang data fetch {name} --to {folder}"),
    )


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_pattern(sentence)) for sentence in _sentences(str))


def _pattern(sentence: str) -> str:
    """A sentence with blanks as an expression that finds what fills them; the same blank is filled alike everywhere."""
    met: set[str] = set()
    parts = []
    for part in re.split(r"(\{\w+\})", sentence):
        name = part[1:-1]
        blank = part.startswith("{")
        parts.append(re.escape(part) if not blank else f"(?P={name})" if name in met else f"(?P<{name}>.+)")
        met |= {name} if blank else set()
    return "".join(parts)
