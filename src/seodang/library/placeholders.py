"""`{{accuracy.relu}}`: numbers that a page quotes from its recorded evidence and never writes down itself.

`{{metric.arm}}` is the median over the recorded seeds; `{{claim.yes}}` and `{{claim.n}}` are the tally of a claim.
"""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Protocol

from seodang.library.problem import BookError, did_you_mean, listed

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z]\w*)\.(\w+)\s*\}\}")
UNKNOWN = "—"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NOT_FINITE = {
    "en": "{value} (not finite on {bad} of {all} seeds)",
    "ko": "{value}(시드 {all}개 가운데 {bad}개에서 유한하지 않음)",
}


class Tally(Protocol):
    """A claim with its answer on each seed; None is a tie."""

    @property
    def claim(self) -> str: ...
    @property
    def answers(self) -> Sequence[bool | None]: ...


class Evidence(Protocol):
    """What a page needs of `seodang.evidence.Evidence`; nan is a value that was not finite."""

    @property
    def arms(self) -> Mapping[str, Mapping[str, Sequence[float]]]: ...
    @property
    def claims(self) -> Sequence[Tally]: ...


def fill(text: str, evidence: Evidence | None, language: str = "en", path: Path | None = None, line: int = 1) -> str:
    """The text with its placeholders replaced; without evidence each is a dash. `path` and `line` are for errors."""

    def value(match: re.Match[str]) -> str:
        if evidence is None:
            return UNKNOWN
        try:
            return resolve(match[1], match[2], evidence, language)
        except BookError as error:
            raise BookError(str(error), path, line + text.count("\n", 0, match.start())) from None

    return PLACEHOLDER.sub(value, text)


def resolve(name: str, of: str, evidence: Evidence, language: str) -> str:
    """`{{name.of}}` as text."""
    for tally in evidence.claims:
        if tally.claim == name and of in ("yes", "n"):
            informative = [answer for answer in tally.answers if answer is not None]
            return str(sum(informative) if of == "yes" else len(informative))
    if name in evidence.arms.get(of, {}):
        return _median(evidence.arms[of][name], language)
    known = [f"{metric}.{arm}" for arm, metrics in evidence.arms.items() for metric in metrics]
    known += [f"{tally.claim}.{of}" for tally in evidence.claims for of in ("yes", "n")]
    hint = did_you_mean(f"{name}.{of}", known)
    raise BookError(f'the evidence has no "{name}.{of}".{hint} It has {listed(known)}.')


def _median(values: Sequence[float], language: str) -> str:
    finite = [value for value in values if math.isfinite(value)]
    middle = written(median(finite)) if finite else UNKNOWN
    if len(finite) == len(values):
        return middle
    return _NOT_FINITE[language].format(value=middle, bad=len(values) - len(finite), all=len(values))


def written(value: float) -> str:
    """Four significant digits; a whole number in full, because a count of parameters is exact."""
    if value == 0 or (value == int(value) and abs(value) < 1e15) or 1000 <= abs(value) < 1e15:
        return f"{value:,.0f}".replace("-", "−")
    if 1e-3 <= abs(value) < 1000:
        return f"{value:.4g}".replace("-", "−")
    digits, exponent = f"{value:.3e}".split("e")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{digits}×10{str(int(exponent)).translate(_SUPERSCRIPT)}".replace("-", "−")
