"""What the search in the browser looks things up in: the texts of every answer, as the library's index weighs them.

The index itself is made by `search.js`, a translation of `library/search.py`, when the first letter is typed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from seodang.library.dictionary import names

if TYPE_CHECKING:
    from seodang.library import Library


def search_data(library: Library) -> str:
    """A script that sets `answers` (slug, heading, titles by language, the texts with what each counts) and `names`."""
    answers = [
        {
            "slug": answer.question.slug.replace("_", "-"),
            "heading": answer.heading,
            "title": dict(answer.title),
            "texts": [[text, weight] for text, weight in answer.texts],
        }
        for answer in library.index.answers
    ]
    told = {"answers": answers, "names": names(library.terms.values())}
    return "".join(
        f"window.{name} = {json.dumps(each, ensure_ascii=False, separators=(',', ':'))};\n" for name, each in told.items()
    )
