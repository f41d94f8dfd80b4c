"""English and Korean: what the program says by itself. English is written in the code, Korean in seodang.po.

`make messages` (Babel) collects the sentences and compiles seodang.mo; a test finds any that is not translated.
"""

from __future__ import annotations

import gettext
import locale
import os
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_spoken: ContextVar[Language] = ContextVar("spoken", default="en")


def preferred(environ: Mapping[str, str] = os.environ) -> Language:
    """The user's language: SEODANG_LANG, else the locale's; English for every language that is not Korean."""
    for name in ("SEODANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "ko" if environ[name].lower().startswith("ko") else "en"
    return "ko" if (locale.getlocale()[0] or "").lower().startswith(("ko", "korean")) else "en"


def speak(language: Language) -> None:
    """Say everything in this language from here on (in this thread or task)."""
    if language not in LANGUAGES:
        raise ValueError(f"language={language}: there is {', '.join(LANGUAGES)}")
    _spoken.set(language)


def spoken() -> Language:
    """The language spoken now."""
    return _spoken.get()


def _(message: str, **values: object) -> str:
    """The message in the spoken language, with its {blanks} filled."""
    text = _catalogue(spoken()).gettext(message) if message else ""
    return text.format(**values) if values else text


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    path = Path(__file__).parent / language / "LC_MESSAGES" / "seodang.mo"
    if language == "en" or not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)
