"""The school under load, with a large book, years of reviews and a run that trains: how fast, how heavy, how it ends."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.browsed import Browsed, browsed
from benchmarks.large import DONE, study, write_book
from benchmarks.page import machine, seconds, table
from benchmarks.served import Served
from seodang.store import Store

RELU = "/questions/relu-over-sigmoid"
UNSEEN = "/questions/{slug}"
"""A question nobody has predicted: the last of the book."""
PAGES = ("/", "/syllabus", "/search?q=sigmoid", RELU, UNSEEN, "/evidence", "/terms", "/review", "/calibration", "/mine")
BUDGET = {"p95": 50.0, "paint": 1000.0, "sent": 300_000, "start": 2.0, "end": 2.0}
"""What is promised: ms, ms, bytes, seconds, seconds."""
STEPS = 5000
"""Of an exploration: it takes longer than a part of this benchmark, or is followed by another."""
IMPORTED = 10
"""Seconds given to the process that trains: it imports torch first."""
PAUSE = 0.02
"""Seconds between two pages: faster than anyone reads, slower than what could be queued."""


HEAD = (
    *("page", "median, ms", "p95, ms", "slowest, ms", "first hit, ms"),
    *("largest paint, ms", "slowest paint, ms", "KB sent"),
)


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    questions: int = 300
    reviews: int = 10_000
    hits: int = 100
    """Times every page is asked for, half of them in Korean."""
    starts: int = 5
    paints: int = 5


QUICK = Size(questions=14, reviews=50, hits=4, starts=1, paints=1)


@dataclass
class Measured:
    """Everything, in seconds."""

    starts: list[float] = field(default_factory=list)
    first: dict[str, float] = field(default_factory=dict)
    """A page that is the second one of a school just opened, by address."""
    hits: dict[str, list[float]] = field(default_factory=dict)
    ends: list[float] = field(default_factory=list)
    seen: dict[str, Browsed] | None = None


def measured(quick: bool = False) -> dict[str, str]:
    """The section `school`."""
    size = QUICK if quick else Size()
    with tempfile.TemporaryDirectory() as folder:
        home, book = Path(folder) / "home", Path(folder) / "book"
        home.mkdir()
        library = write_book(book, size.questions)
        with Store.open(f"sqlite:///{(home / 'seodang.db').as_posix()}") as store:
            study(store, library, size.reviews)
        unseen = UNSEEN.format(slug=library.slugs[-1].replace("_", "-"))
        pages = [unseen if page == UNSEEN else page for page in PAGES]
        found = _measure(home, book, pages, size)
    text = report(found, pages, size, unseen)
    print(text, flush=True)
    return {"school": text}


def _measure(home: Path, book: Path, pages: Sequence[str], size: Size) -> Measured:
    found = Measured()
    for page in pages[: size.starts] if size is QUICK else pages:
        school = Served(home, book)
        found.starts.append(school.first_page)
        found.first[page] = school.timed(page)
        school.close()
    school = Served(home, book)
    _settle(school, pages)
    with training(school):
        found.hits = hits(school, pages, size.hits)
        found.seen = browsed(school.base, school.cookie, pages, size.paints)
    school.close()
    for _ in range(size.starts):
        school = Served(home, book)
        with training(school, tabs=2):
            found.ends.append(school.close())
    return found


def hits(school: Served, pages: Sequence[str], times: int) -> dict[str, list[float]]:
    """Every page so many times in turn, in both languages."""
    taken: dict[str, list[float]] = {page: [] for page in pages}
    for turn in range(times):
        for page in pages:
            taken[page].append(school.timed(page, ("en", "ko")[turn % 2]))
            time.sleep(PAUSE)
    return taken


def _settle(school: Served, pages: Sequence[str]) -> None:
    """Every page once in each language, and time for the book to be read ahead."""
    for language in ("en", "ko"):
        for page in pages:
            school.timed(page, language)
    time.sleep(5)


@contextmanager
def training(school: Served, tabs: int = 1) -> Iterator[None]:
    """A run is under way as long as this lasts, one after another, each followed by so many tabs."""
    over = threading.Event()
    begun: list[str] = []

    def keep_busy() -> None:
        beside = school.beside()
        with suppress(OSError):  # the school was closed
            while not over.is_set():
                lr = 0.01 + len(begun) / 1000  # another exploration each time: one that is decided would be over at once
                begun.append(beside.send(f"{RELU}/explore", steps=STEPS, lr=lr))
                following = [threading.Thread(target=beside.follow, args=(begun[-1],)) for _ in range(tabs)]
                for tab in following:
                    tab.start()
                for tab in following:
                    tab.join()

    thread = threading.Thread(target=keep_busy)
    thread.start()
    time.sleep(IMPORTED)
    try:
        yield
    finally:
        over.set()
        with suppress(OSError):  # it may have been closed
            school.beside().send(f"{begun[-1]}/cancel")
        thread.join()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of them do not pass (the nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def report(found: Measured, pages: Sequence[str], size: Size, unseen: str) -> str:
    """The section in Markdown: a row a page, the promises under it and whether they are kept."""
    rows = [_row(found, page, "a question not yet met" if page == unseen else page) for page in pages]
    worst = {
        "p95": max(percentile(found.hits[page], 0.95) * 1e3 for page in pages),
        "start": max(found.starts),
        "end": max(found.ends),
    }
    if found.seen:
        worst |= {"paint": max(s.paint for s in found.seen.values()), "sent": max(s.sent for s in found.seen.values())}
    broken = [name for name, value in worst.items() if value > BUDGET[name]]
    kept = f"Not kept in this measurement: {', '.join(broken)}." if broken else "All of it was kept in this measurement."
    return f"""{table(HEAD, rows)}

`seodang open` with {size.questions} questions ({round(DONE * size.questions)} of them met) and {size.reviews:,} reviews,
while a run trains in the worker and a tab follows it. *median, p95, slowest*: a page asked for over one connection, to
its last byte, gzipped, {size.hits} times, half of them in Korean. *First hit*: that page as the second one of a school
just opened, while it still reads the book ahead. *Largest paint* (largest contentful paint) in Chromium with nothing
cached, median and slowest of {size.paints}, English and Korean in turn; *KB sent* to it (the heavier language), fonts and
styles included, the chart bundle not.

From starting the interpreter to the last byte of the first page: {_told(found.starts)}.
From Ctrl-C to the end of the process, a run training and two tabs following it: {_told(found.ends)}.
Promised are 50 ms for p95, 1,000 ms for the largest paint, 300 KB, 2 s to the first page and 2 s to the end. {kept}

On {machine("fastapi", "uvicorn")}."""


def _told(taken: Sequence[float]) -> str:
    return f"{seconds(statistics.median(taken))} s (median of {len(taken)}; at most {seconds(max(taken))})"


def _row(found: Measured, page: str, name: str) -> list[str]:
    taken = [value * 1e3 for value in found.hits[page]]
    first = f"{found.first[page] * 1e3:.0f}" if page in found.first else "–"
    seen = found.seen[page] if found.seen else None
    painted = [f"{seen.paint:.0f}", f"{seen.slowest:.0f}", f"{seen.sent / 1000:.0f}"] if seen else ["–"] * 3
    middle, high = statistics.median(taken), percentile(taken, 0.95)
    shown = f"`{name}`" if name.startswith("/") else name
    return [shown, f"{middle:.1f}", f"{high:.1f}", f"{max(taken):.1f}", first, *painted]
