"""A book of hundreds of questions and a learner of years, made of the book as it is: what `school.py` measures with."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from shutil import copyfile
from zipfile import ZipFile

from seodang.library import BOOK, Library
from seodang.review import Prediction, Result
from seodang.store import Store

BEGAN = datetime(2024, 1, 1, 9, tzinfo=UTC)
DONE = 0.9
"""The part of the questions whose result the learner has seen."""


def write_book(folder: Path, questions: int) -> Library:
    """The book, its questions copied under other names until there are so many; every chapter grows alike.

    A copy's evidence counts as stale, as its experiment's file has another name: a page says so, and is as long as it gets.
    """
    real = Library.open()
    chapters: dict[str, list[str]] = {chapter.folder: [] for chapter in real.chapters}
    for number, (slug, stem) in enumerate(islice(cycle(real.stems.items()), questions)):
        copy = slug if number < len(real.stems) else f"{slug}_{number // len(real.stems)}"
        chapters[stem.parent.name].append(copy)
        for file in stem.parent.glob(f"{slug}.*"):
            place = folder / stem.parent.name / file.name.replace(slug, copy, 1)
            place.parent.mkdir(parents=True, exist_ok=True)
            copyfile(file, place)
    copyfile(BOOK / "terms.toml", folder / "terms.toml")
    (folder / "syllabus.toml").write_text(_syllabus(chapters), encoding="utf-8")
    return Library.open(folder)


def _syllabus(chapters: dict[str, list[str]]) -> str:
    """The syllabus with these questions in its chapters."""
    text = (BOOK / "syllabus.toml").read_text(encoding="utf-8")
    parts = text.split("[[chapters]]")
    for place, chapter in enumerate(tomllib.loads(text)["chapters"], start=1):
        listed = f"questions = {json.dumps(chapters[chapter['folder']])}"
        parts[place], replaced = re.subn(r"questions = \[[^\]]*\]", listed, parts[place], count=1)
        assert replaced, f"syllabus.toml: no questions are listed for {chapter['folder']}"
    return "[[chapters]]".join(parts)


def study(store: Store, library: Library, reviews: int) -> None:
    """Most questions predicted and seen, one a day, and so many reviews of them in the log."""
    me = store.me(BEGAN).id
    met = library.slugs[: round(DONE * len(library.slugs))]
    for day, slug in enumerate(met):
        choices = library.question(slug).page("en").predict.choices
        at = BEGAN + timedelta(days=day)
        said, out = choices[day % len(choices)].id, choices[0].id
        store.predict(me, Prediction(slug, said, 50 + day % 50, at), f"predicted-{day}")
        store.saw_result(me, Result(slug, out, at + timedelta(minutes=5)), f"seen-{day}")
    store.import_archive(me, _log(met, reviews))


def _log(slugs: tuple[str, ...], reviews: int) -> bytes:
    """An archive that holds nothing but reviews."""
    log = "".join(
        json.dumps(
            {
                "card": slugs[number % len(slugs)],
                "grade": "again" if number % 11 == 0 else "good",
                "answer": "",
                "at": (BEGAN + timedelta(days=2 + number // 12, minutes=number % 12)).isoformat(),
                "token": f"review-{number}",
            }
        )
        + "\n"
        for number in range(reviews)
    )
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("learner.json", json.dumps({"format": 1, "name": "", "day_begins": 0}))
        archive.writestr("reviews.jsonl", log)
    return packed.getvalue()
