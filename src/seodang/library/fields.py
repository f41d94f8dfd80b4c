"""TOML that an author wrote, read field by field, each error with its line.

`tomllib` tells no line of a value, so the lines are looked up in the text, and only when there is an error to report.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seodang.library.problem import BookError, did_you_mean, listed

LANGUAGES = ("ko", "en")
_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"^(\[\[?)([\w.\-]+)\]\]?")
_KEY = re.compile(r"^([\w\-]+(?:\.[\w\-]+)*)\s*=")

Key = str | int


@dataclass(frozen=True)
class Source:
    """The TOML text of a file, or of the front matter that begins at line `first` of a page."""

    path: Path
    text: str
    first: int = 1

    def parse(self) -> "Fields":
        try:
            return Fields(self, tomllib.loads(self.text))
        except tomllib.TOMLDecodeError as error:
            at = _AT.search(str(error))
            line = int(at[1]) if at and at[1] else self.text.count("\n") + 1
            reason = _AT.sub("", str(error))
            message = f"this is not TOML: {reason}. Write text between quotes and one `key = value` a line."
            raise BookError(message, self.path, self.first + line - 1) from None

    def line(self, *keys: Key) -> int:
        """The file's line of the longest part of `keys` that stands in the text."""
        places = self._places()
        while keys and keys not in places:
            keys = keys[:-1]
        return self.first + places.get(keys, 0)

    def lines(self) -> dict[tuple[Key, ...], int]:
        """The file's line of every key."""
        return {keys: self.first + number for keys, number in self._places().items()}

    def _places(self) -> dict[tuple[Key, ...], int]:
        places: dict[tuple[Key, ...], int] = {}
        counts: dict[tuple[Key, ...], int] = {}
        table: tuple[Key, ...] = ()
        latest: tuple[Key, ...] = ()
        for number, line in enumerate(self.text.splitlines()):
            line = line.strip()
            if header := _HEADER.match(line):
                table = tuple(header[2].split("."))
                if header[1] == "[[":
                    places.setdefault(table, number)
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                latest = table
                places.setdefault(table, number)
            elif key := _KEY.match(line):
                latest = table
                for part in key[1].split("."):
                    latest = (*latest, part)
                    places.setdefault(latest, number)
            elif line.startswith(("{", '"')):  # the next element of an array that spans lines
                counts[latest] = counts.get(latest, -1) + 1
                places[(*latest, counts[latest])] = number
        return places


@dataclass(frozen=True)
class Fields:
    """One table of a TOML file, together with where it stands."""

    source: Source
    values: dict[str, Any]
    keys: tuple[Key, ...] = ()

    def error(self, message: str, *keys: Key) -> BookError:
        return BookError(message, self.source.path, self.source.line(*self.keys, *keys))

    def name(self, key: Key) -> str:
        return ".".join(str(part) for part in (*self.keys, key))

    def only(self, known: Iterable[str]) -> None:
        """Refuse a key that nobody reads: it is nearly always a misspelt one."""
        known = tuple(known)
        for key in self.values:
            if key not in known:
                hint = did_you_mean(key, known)
                raise self.error(f'"{self.name(key)}" is not a field here.{hint} Use {listed(known)}.', key)

    def need(self, key: str, cure: str) -> Any:
        if key not in self.values:
            raise self.error(f'"{self.name(key)}" is missing. Add {cure}.')
        return self.values[key]

    def text(self, key: str) -> str:
        value = self.need(key, f'`{key} = "…"`')
        if not isinstance(value, str) or not value.strip():
            raise self.error(f'"{self.name(key)}" is {value!r}. Write some text between quotes.', key)
        return value.strip()

    def one_of(self, key: str, options: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in options:
            hint = did_you_mean(value, options)
            raise self.error(f'"{self.name(key)}" is "{value}".{hint} Write {listed(options)}.', key)
        return value

    def number(self, key: str, least: int, most: int) -> int:
        value = self.need(key, f"`{key} = {least}` or more")
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.error(f'"{self.name(key)}" is {value!r}. Write a whole number from {least} to {most}.', key)
        return value

    def numbers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers; an absent one is empty."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            raise self.error(f'"{self.name(key)}" is {value!r}. Write a list of whole numbers, such as [1, 2].', key)
        return tuple(value)

    def texts(self, key: str, required: bool = True) -> tuple[str, ...]:
        value = self.need(key, f'`{key} = ["…"]`') if required else self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.error(f'"{self.name(key)}" is {value!r}. Write a list of texts, such as ["one", "two"].', key)
        for index, item in enumerate(value):
            if item in value[:index]:
                raise self.error(f'"{self.name(key)}" lists "{item}" twice. Remove one of them.', key, index)
        return tuple(value)

    def labels(self, key: str) -> dict[str, str]:
        """A table of texts; an absent one is empty."""
        table = self.table(key, required=False)
        return {name: table.text(name) for name in table.values}

    def both(self, key: str) -> dict[str, str]:
        """A text in each language of the book."""
        table = self.table(key)
        table.only(LANGUAGES)
        return {language: table.text(language) for language in LANGUAGES}

    def table(self, key: str, required: bool = True) -> "Fields":
        value = self.need(key, f"a table [{self.name(key)}]") if required else self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f'"{self.name(key)}" is {value!r}. Write a table [{self.name(key)}].', key)
        return Fields(self.source, value, (*self.keys, key))

    def tables(self, key: str) -> tuple["Fields", ...]:
        """A list of tables; an absent one is empty."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(f'"{self.name(key)}" is {value!r}. Write a list of tables.', key)
        return tuple(Fields(self.source, item, (*self.keys, key, index)) for index, item in enumerate(value))
