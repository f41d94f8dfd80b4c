"""The dictionary: a page of every term, and the words of a question's text that open the term they name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from seodang.locale import Language, spoken
from seodang.web.desk import At, Desk
from seodang.web.pages import fragment, page

if TYPE_CHECKING:
    from seodang.library.dictionary import Term

router = APIRouter()

_TAG = re.compile(r"(<[^>]*>)")
_CLOSED = frozenset(("a", "button", "code", "h1", "h2", "h3", "h4", "math", "pre", "summary", "th"))
"""Elements whose text stays as it is."""
_BRACKET = re.compile(r"^(.*\S)\s*\((.+)\)$")
_PARTICLES = (
    "으로부터|로부터|에서는|에서도|에서의|에서|에게|에는|에도|으로는|으로도|으로써|으로|로는|로도|로써|로|이라는|라는|이란|란|"
    "이라도|이라고|라고|이라|이고|이며|이면|이나|이지만|입니다|이다|인데|인|일|이|가|은|는|을|를|의|에|와|과|도|만|나|들이|들은|"
    "들을|들의|들|마다|보다는|보다|부터|까지|처럼|대로|뿐|끼리|하고"
)


@router.get("/terms")
def terms(request: Request, desk: At) -> Response:
    """Every term in alphabetical order of the spoken language."""
    drawn = desk.shelf.once(("dictionary", spoken()), lambda: _dictionary(desk))
    return page(request, "terms.html", n=len(desk.library.terms), dictionary=drawn)


def _dictionary(desk: Desk) -> Markup:
    language = spoken()
    ordered = sorted(desk.library.terms.values(), key=lambda term: term.name[language].casefold())
    other = "en" if language == "ko" else "ko"
    values = {"terms": ordered, "other": other, "uses": _uses(desk), "questions": desk.library.question}
    return Markup(fragment("_dictionary.html", language=language, **values))


def _uses(desk: Desk) -> Mapping[str, list[str]]:
    """Term → the slugs of the questions that list it."""
    uses: dict[str, list[str]] = defaultdict(list)
    for question in desk.library.questions:
        for key in question.terms:
            uses[key].append(question.slug)
    return uses


def linked(texts: Iterable[str], terms: Mapping[str, Term], language: Language) -> tuple[list[str], tuple[str, ...]]:
    """HTML texts in which each term's first mention leads to its row of the dictionary, and the keys of those terms.

    Without scripts the link is followed; with them it opens what is said of the term where one reads (`school.js`).
    """
    pattern, keys = _mentions(tuple((key, term.name[language]) for key, term in terms.items()), language)
    seen: dict[str, None] = {}

    def link(found: re.Match[str]) -> str:
        key = keys[_plain(found["name"])]
        if key in seen:
            return found[0]
        seen[key] = None
        return f'<a class="term" href="/terms#{key}">{found["said"]}</a>{found["rest"]}'

    return [_outside(text, lambda part: pattern.sub(link, part)) if keys else text for text in texts], tuple(seen)


def _outside(html: str, change: Callable[[str], str]) -> str:
    """HTML with its text changed, but for what stands in elements that stay as they are."""
    parts, closed = _TAG.split(html), 0
    for place, part in enumerate(parts):
        if place % 2 == 0:
            parts[place] = part if closed else change(part)
            continue
        name = part.strip("</>").split(maxsplit=1)[0].lower()
        if name in _CLOSED:
            closed += -1 if part.startswith("</") else 1
    return "".join(parts)


@lru_cache(maxsize=4)
def _mentions(names: tuple[tuple[str, str], ...], language: Language) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """What finds the terms in a text, and the key of each name as `_plain` writes it. The longest name goes first."""
    keys = {_plain(form): key for key, name in names for form in reversed(_forms(name))}
    spelt = sorted({form for _key, name in names for form in _forms(name)}, key=len, reverse=True)
    # A name in capitals is an abbreviation and is found as it is written; in another, the first letter may be large.
    one_of = "|".join(_spelt(form) if _short(form) else f"(?i:{_spelt(form)})" for form in spelt)
    if language == "ko":
        said, rest = f"(?P<said>(?P<name>{one_of}))", f"(?P<rest>(?:{_PARTICLES})?)"
    else:
        said, rest = f"(?P<said>(?P<name>{one_of})(?:s|es)?)", "(?P<rest>)"
    return re.compile(rf"(?<![\w-]){said}{rest}(?![\w-])"), keys


def _forms(name: str) -> list[str]:
    """How a name may be written: `다층 퍼셉트론(MLP)` also without what is in brackets, or as that alone."""
    bracket = _BRACKET.match(name)
    return [name, bracket[1], bracket[2]] if bracket else [name]


def _spelt(form: str) -> str:
    """The form as a pattern; a line of the source may end inside it."""
    return re.escape(form).replace(r"\ ", r"\s+")


def _short(form: str) -> bool:
    return sum(letter.isupper() for letter in form) > 1 and " " not in form


def _plain(form: str) -> str:
    words = " ".join(form.split())
    return words if _short(words) else words.casefold()
