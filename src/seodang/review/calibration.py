"""How good many predictions were together: the Brier score in its parts, and the reliability curve.

Murphy 1973, "A new vector partition of the probability score", Journal of Applied Meteorology 12.
Stephenson, Coelho & Jolliffe 2008, "Two extra components in the Brier score decomposition", Weather and Forecasting 23.
Wilson 1927, "Probable inference, the law of succession, and statistical inference", JASA 22.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from seodang.review.scoring import Scored

BINS = (50, 60, 70, 80, 90)
"""The least confidence of each bin, in percent."""
ENOUGH = 20
"""Fewer predictions than this say little about calibration."""
Z95 = 1.959963984540054


class CalibrationError(ValueError):
    """Something that cannot be computed of these predictions; the message says why."""


@dataclass(frozen=True)
class Decomposition:
    """The mean Brier score and its parts: score = reliability − resolution + uncertainty + within."""

    n: int
    score: float
    reliability: float
    """How far stated confidence is from what happened, bin by bin, squared; 0 is perfectly calibrated."""
    resolution: float
    """How far the bins' frequencies are from the overall one, squared: knowing when one knows. Large is good."""
    uncertainty: float
    """What always stating the overall frequency would score: right · (1 − right)."""
    within: float
    """What different confidences within one bin leave over: their variance less twice their covariance with the outcome."""


@dataclass(frozen=True)
class ReliabilityPoint:
    """One bin of the reliability curve."""

    least: int
    """The bin holds confidences from this one up, in percent …"""
    below: int
    """… to below this one."""
    n: int
    stated: float
    """The mean confidence in it, from 0 to 1."""
    right: float
    """The part of them that was right."""
    low: float
    high: float
    """Wilson's 95 % interval of that part: wide while n is small."""


def decompose(rows: Sequence[Scored], bins: Sequence[int] = BINS) -> Decomposition:
    """The mean Brier score of these predictions in its parts. None at all have no score: CalibrationError."""
    if not rows:
        raise CalibrationError("no prediction has been scored yet; predict a question and run it")
    n = len(rows)
    overall = fsum(row.right for row in rows) / n
    reliability = resolution = within = 0.0
    for members in _binned(rows, bins).values():
        stated, right = _means(members)
        reliability += len(members) * (stated - right) ** 2
        resolution += len(members) * (right - overall) ** 2
        within += fsum((_sure(row) - stated) ** 2 - 2 * (row.right - right) * (_sure(row) - stated) for row in members)
    return Decomposition(
        n=n,
        score=fsum(row.brier for row in rows) / n,
        reliability=reliability / n,
        resolution=resolution / n,
        uncertainty=overall * (1 - overall),
        within=within / n,
    )


def reliability_curve(rows: Sequence[Scored], bins: Sequence[int] = BINS) -> tuple[ReliabilityPoint, ...]:
    """How often one was right, against how sure one said one was; bins without a prediction are left out."""
    points = []
    for (least, below), members in sorted(_binned(rows, bins).items()):
        stated, right = _means(members)
        low, high = wilson(round(right * len(members)), len(members))
        points.append(ReliabilityPoint(least, below, len(members), stated, right, low, high))
    return tuple(points)


def surprises(rows: Iterable[Scored], most: int = 5) -> tuple[Scored, ...]:
    """The wrong predictions one was surest of, the surest first and of equals the newest."""
    wrong = [row for row in rows if not row.right]
    wrong.sort(key=lambda row: (row.prediction.at, row.prediction.slug), reverse=True)
    return tuple(sorted(wrong, key=lambda row: -row.prediction.sure)[:most])


def wilson(k: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's interval for a probability of which k of n trials came out; (0, 1) of no trial."""
    if n == 0:
        return 0.0, 1.0
    centre = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * sqrt(k * (n - k) / n + z * z / 4)
    return max(0.0, centre - half), min(1.0, centre + half)


def _binned(rows: Sequence[Scored], bins: Sequence[int]) -> dict[tuple[int, int], list[Scored]]:
    edges = list(zip(bins, [*bins[1:], 100], strict=True))
    binned: dict[tuple[int, int], list[Scored]] = {}
    for row in rows:
        edge = next((edge for edge in edges if edge[0] <= row.prediction.sure < edge[1]), None)
        if edge is None:
            raise CalibrationError(f"sure={row.prediction.sure} lies in none of the bins from {list(bins)}")
        binned.setdefault(edge, []).append(row)
    return binned


def _means(rows: Sequence[Scored]) -> tuple[float, float]:
    """The mean confidence, and the part that was right."""
    return fsum(map(_sure, rows)) / len(rows), fsum(row.right for row in rows) / len(rows)


def _sure(row: Scored) -> float:
    return row.prediction.sure / 100
