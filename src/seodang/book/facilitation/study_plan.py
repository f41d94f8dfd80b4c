"""Can a group follow the thirteen meetings, with the lectures and the textbook, beginners and experts together?

Counted from the files of this book: what each meeting prepares (syllabus.toml), where it is answered (catalogue.toml), and
what the pages hold for each of three depths: the short answer, the experiment with its knobs, the derivation and sources.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from seodang.experiment import Claim, Experiment

BOOK = Path(__file__).parent.parent
TAUGHT = {"lectures": {2, 3, 4, 5, 6, 7, 10}, "textbook": {1, 2, 3, 4, 7, 8, 9}}


def table(name: str) -> dict[str, Any]:
    """One of the book's TOML files."""
    return tomllib.loads((BOOK / name).read_text(encoding="utf-8"))


def chapters() -> list[str]:
    """The folders of the chapters in teaching order."""
    return [str(chapter["folder"]) for chapter in table("syllabus.toml")["chapters"]]


def meeting(number: int, _seed: int) -> Mapping[str, float]:
    """One meeting: questions prepared, those with an answer, and how far back in the book's order the earliest lies."""
    rows = {row["number"]: row for row in table("syllabus.toml")["sessions"]}
    places = {id: (folder, place) for folder, ids in table("catalogue.toml").items() for id, place in ids.items()}
    asked, order = rows[number]["questions"], chapters()
    depth = [order.index(places[id][0]) for id in asked]
    return {
        "questions": float(len(asked)),
        "answered": float(sum(bool(places[id][1]) for id in asked)),
        "chapter": sum(depth) / len(depth),
        **levels([places[id][1].partition("#")[0] for id in asked]),
    }


def levels(slugs: list[str]) -> Mapping[str, float]:
    """The share of these pages that have a short answer; a follow-up answered; a formula and a source."""
    texts = [next(BOOK.glob(f"*/{slug}.en.md")).read_text(encoding="utf-8") for slug in slugs if slug]
    marks = {"first": r"\{#answer\}", "second": r"\{#followups\}", "third": r"\[\[references\]\]"}
    return {name: sum(bool(re.search(mark, text)) for text in texts) / len(texts) for name, mark in marks.items()}


def experiment() -> Experiment:
    """A meeting an arm."""
    numbers = range(13)
    names = ("questions", "answered", "chapter", "first", "second", "third")
    listed = table("syllabus.toml")["sessions"]
    return Experiment(
        arms={f"meeting_{number}": partial(meeting, number) for number in numbers},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "five_each": Claim(lambda a: min(getattr(a, f"meeting_{n}").questions for n in numbers) >= 5),
            "all_answered": Claim(
                lambda a: all(getattr(a, f"meeting_{n}").answered == getattr(a, f"meeting_{n}").questions for n in numbers)
            ),
            "all_taught": Claim(
                lambda _: all({n for row in listed for n in row.get(kind, [])} == TAUGHT[kind] for kind in TAUGHT)
            ),
            "three_depths": Claim(
                lambda a: all(getattr(a, f"meeting_{n}").first == getattr(a, f"meeting_{n}").third == 1 for n in numbers)
            ),
            "in_order": Claim(
                lambda a: all(
                    getattr(a, f"meeting_{n}").chapter <= getattr(a, f"meeting_{n + 1}").chapter for n in range(12)
                )
            ),
        },
        kind="derivation",
    )
