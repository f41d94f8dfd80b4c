"""What the search in the browser looks things up in: the texts of every answer, as the library's index weighs them.

The index itself is made by `search.js`, a translation of `library/search.py`, when the first letter is typed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seodang.library import Library


def search_data(library: Library) -> str:
    """A script that sets `answers`: slug, heading, titles by language, and the texts with what each counts."""
    answers = [
        {
            "slug": answer.question.slug.replace("_", "-"),
            "heading": answer.heading,
            "title": dict(answer.title),
            "texts": [[text, weight] for text, weight in answer.texts],
        }
        for answer in library.index.answers
    ]
    return f"window.answers = {json.dumps(answers, ensure_ascii=False, separators=(',', ':'))};\n"
