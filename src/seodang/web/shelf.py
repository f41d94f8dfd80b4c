"""What pages take from the shelf: evidence read once, whether it is stale, a learner's ledgers, figures drawn once."""

from __future__ import annotations

import csv
import io
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from seodang.evidence import Evidence, EvidenceError, stale
from seodang.figures import Labels, ThemeName, figure, size, to_png, to_svg
from seodang.locale import Language
from seodang.web.source import read

if TYPE_CHECKING:
    from seodang.library import Question

T = TypeVar("T")
MOST_KEPT = 400
"""Figures and sections are kept up to this many; the one longest unused goes first."""


_PLACES = re.compile(r' (?:d|transform)="[^"]*"')
_LONG = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")
_NAMES = re.compile(r' (?:role|aria-label|aria-roledescription)="[^"]*"')
_INLINE = re.compile(r'<math(?![^>]*display="block")[^>]*>.*?</math>', re.DOTALL)
_SIGN = re.compile("</m[ion]>|</mtext>")
MOST_SIGNS = 16
"""Numbers, letters and signs of a formula that fits every screen."""
_EXPONENT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789−")


class Kept:
    """Things made once by what they were made from; safe from several threads."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._things: OrderedDict[Any, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any, make: Callable[[], T]) -> T:
        """What was made for this key, made now if it was not."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                there: T = self._things[key]
                return there
        made = make()  # outside the lock: two threads may make the same thing, which does no harm
        with self._lock:
            self._things[key] = made
            while len(self._things) > self._most:
                self._things.popitem(last=False)
        return made


def labels(question: Question, language: Language) -> Labels:
    """The words of a question's figures."""
    page = question.page(language)
    return Labels(title=page.title, arms=page.arms, metrics=page.metrics, claims=page.claims)


@dataclass
class Shelf:
    """Evidence and figures, read and drawn when first asked for."""

    ledgers: Path
    """The folder of the learner's ledgers, one folder a question."""
    _evidence: Kept = field(default_factory=lambda: Kept(2000))
    _stale: Kept = field(default_factory=lambda: Kept(2000))

    @cached_property
    def _figures(self) -> Kept:
        return Kept()

    @cached_property
    def _sections(self) -> Kept:
        return Kept(2000)

    def evidence(self, path: Path) -> Evidence:
        """The evidence in a file; read again when the file has changed."""
        return self._evidence.get((path, path.stat().st_mtime_ns), lambda: Evidence.read(path))

    def recorded(self, question: Question) -> Evidence | None:
        """The author's evidence, if it was recorded."""
        return self.evidence(question.evidence) if question.evidence else None

    def stale(self, question: Question, evidence: Evidence) -> str | None:
        """Why evidence no longer speaks for the experiment, or None while it does."""
        if question.experiment is None:
            return None
        path = question.experiment
        key = (path, path.stat().st_mtime_ns, tuple(evidence.code.items()))
        return self._stale.get(key, lambda: stale(evidence, path))

    def own(self, question: Question) -> Evidence | None:
        """The learner's own ledger of the book's claim: the author's knobs, the code as it is; None where there is none."""
        if question.experiment is None:
            return None
        wanted = read(question.experiment).defaults
        for path in sorted((self.ledgers / question.slug).glob("*.json")):
            try:
                ledger = self.evidence(path)
            except (EvidenceError, OSError):
                continue  # cut or edited: the run says so when it is opened; a page goes without it
            if dict(ledger.parameters) == wanted and ledger.seeds and self.stale(question, ledger) is None:
                return ledger
        return None

    def once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Something a page makes of what is on the shelf, made once."""
        return self._sections.get(key, make)

    def section(self, question: Question, language: Language, name: str, evidence: Evidence | None) -> str:
        """A section of a page as HTML, with the numbers of the evidence in it."""
        key = (question.slug, language, name, None if evidence is None else id(evidence))
        return self._sections.get(key, lambda: scrolled(raised(question.page(language).html(name, evidence))))

    def svg(
        self,
        question: Question,
        evidence: Evidence,
        language: Language,
        theme: ThemeName,
        width: int,
        beside: Sequence[Evidence] = (),
    ) -> str:
        """The figure as SVG; with others beside it, all on the same axes."""
        key = ("svg", question.slug, _mark(evidence), language, theme, width, *map(_mark, beside))

        def draw() -> str:
            drawn = figure(evidence, labels(question, language), language, theme, width=width, beside=beside)
            return lighter(to_svg(drawn))

        return self._figures.get(key, draw)

    def size(
        self, question: Question, evidence: Evidence, language: Language, width: int, beside: Sequence[Evidence] = ()
    ) -> tuple[int, int]:
        """Pixels across and down that the figure takes: its place is kept free until it is drawn, so that nothing jumps."""
        key = ("size", question.slug, _mark(evidence), language, width, *map(_mark, beside))
        return self._sections.get(key, lambda: size(evidence, labels(question, language), language, width, beside))

    def png(self, question: Question, evidence: Evidence, language: Language, theme: ThemeName) -> bytes:
        """The figure as PNG."""
        from seodang.figures import WIDE

        key = ("png", question.slug, _mark(evidence), language, theme)
        return self._figures.get(key, lambda: to_png(self._drawn(question, evidence, language, theme, WIDE)))

    def specification(
        self, question: Question, evidence: Evidence, language: Language, theme: ThemeName, width: int
    ) -> dict[str, Any]:
        """The figure as a Vega-Lite specification."""
        key = ("spec", question.slug, _mark(evidence), language, theme, width)
        return self._figures.get(key, lambda: dict(self._drawn(question, evidence, language, theme, width).to_dict()))

    def _drawn(self, question: Question, evidence: Evidence, language: Language, theme: ThemeName, width: int) -> Any:
        return figure(evidence, labels(question, language), language, theme, width=width)


def _mark(evidence: Evidence) -> tuple[object, ...]:
    """What tells one state of a ledger from another."""
    return (*sorted(evidence.code.items()), repr(dict(evidence.parameters)), evidence.seeds, evidence.date, evidence.seconds)


def raised(html: str) -> str:
    """10⁻⁷ with an exponent that is raised: few fonts have all of these signs, and the shipped one has not."""
    return _EXPONENT.sub(lambda found: f"<sup>{found[0].translate(_PLAIN)}</sup>", html)


def scrolled(html: str) -> str:
    """Tables, and long formulas within a line, in a box that scrolls: nothing breaks them, and a small screen is small."""
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")
    return _INLINE.sub(
        lambda found: f'<span class="long" tabindex="0">{found[0]}</span>' if _is_long(found[0]) else found[0], html
    )


def _is_long(formula: str) -> bool:
    return len(_SIGN.findall(formula)) > MOST_SIGNS


def lighter(svg: str) -> str:
    """The same drawing, a third lighter to send: places to a tenth of a pixel, and no name for every single dot.

    The picture is told in words by the page that shows it; "x: 0.9578; color: #0072b2" 400 times over tells nobody more.
    """
    return _PLACES.sub(lambda found: _LONG.sub(lambda number: f"{float(number[0]):.1f}", found[0]), _NAMES.sub("", svg))


def table(evidence: Evidence) -> str:
    """Every number of the evidence as CSV: a row a seed, a column an arm's metric or a claim's answer."""
    columns = [(arm, metric) for arm, metrics in evidence.arms.items() for metric in metrics]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["seed", *(f"{arm}.{metric}" for arm, metric in columns), *(c.claim for c in evidence.claims)])
    said = {True: "yes", False: "no", None: "tie"}
    for row, seed in enumerate(evidence.seeds):
        numbers = [evidence.arms[arm][metric][row] for arm, metric in columns]
        writer.writerow([seed, *numbers, *(said[claim.answers[row]] for claim in evidence.claims)])
    return buffer.getvalue()
