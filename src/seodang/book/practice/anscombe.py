"""Why must results be plotted and not only summarized?

Four sets of eleven points agree in means, variances, correlation and fitted line to two decimals and look like a line, a
curve, a line with one wrong point, and a point that makes the line alone (Anscombe 1973). Computed in fractions up to the
square roots; and what each looks like is measured as well, by numbers that nobody had asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import sqrt
from operator import itemgetter
from statistics import mean

from seodang.experiment import Claim, Experiment, knob

COMMON = "10 8 13 9 11 14 6 4 12 7 5"
QUARTET = {
    "line": (COMMON, "8.04 6.95 7.58 8.81 8.33 9.96 7.24 4.26 10.84 4.82 5.68"),
    "curve": (COMMON, "9.14 8.14 8.74 8.77 9.26 8.10 6.13 3.10 9.13 7.26 4.74"),
    "outlier": (COMMON, "7.46 6.77 12.74 7.11 7.81 8.84 6.08 5.39 8.15 6.42 5.73"),
    "lever": ("8 8 8 8 8 8 8 19 8 8 8", "6.58 5.76 7.71 8.84 8.47 7.04 5.25 12.50 5.56 7.91 6.89"),
}


@dataclass(frozen=True)
class Parameters:
    """Decimals to which summaries are compared."""

    decimals: int = knob(2, low=0, high=6)


def described(x_text: str, y_text: str, p: Parameters, _seed: int) -> Mapping[str, float]:
    """The usual summary, rounded, and three numbers that tell the shapes apart."""
    x, y = ([Fraction(number) for number in text.split()] for text in (x_text, y_text))
    slope = together(x, y) / together(x, x)
    start = mean(y) - slope * mean(x)
    errors = [b - start - slope * a for a, b in zip(x, y, strict=True)]
    bend = [(a - mean(x)) ** 2 for a in x]
    summary = {"mean_x": mean(x), "mean_y": mean(y), "slope": slope, "start": start}
    summary |= {"variance_x": together(x, x) / (len(x) - 1), "variance_y": together(y, y) / (len(y) - 1)}
    return {name: float(round(value, p.decimals)) for name, value in summary.items()} | {
        "correlation": round(correlation(x, y), p.decimals),
        "bend": abs(correlation(errors, bend)),
        "largest_error": max(map(abs, errors)) / sqrt(together(errors, errors) / (len(x) - 2)),
        "leverage": float(Fraction(1, len(x)) + max(bend) / together(x, x)),
    }


def together(x: list[Fraction], y: list[Fraction]) -> Fraction:
    """The sum of products of both deviations from their means, exactly."""
    return sum(((a - mean(x)) * (b - mean(y)) for a, b in zip(x, y, strict=True)), Fraction())


def correlation(x: list[Fraction], y: list[Fraction]) -> float:
    """Exact up to a square root."""
    return together(x, y) / sqrt(together(x, x) * together(y, y))


def experiment(p: Parameters) -> Experiment:
    """The four sets."""
    summary = ("mean_x", "mean_y", "variance_x", "correlation", "slope", "start")
    names = (*summary, "variance_y", "bend", "largest_error", "leverage")
    return Experiment(
        kind="derivation",
        arms={name: partial(described, *texts, p) for name, texts in QUARTET.items()},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "summaries_agree": Claim(
                lambda a: all(len({getattr(getattr(a, arm), name) for arm in QUARTET}) == 1 for name in summary)
            ),
            "variances_agree": Claim(lambda a: len({getattr(a, arm).variance_y for arm in QUARTET}) == 1),
            "curve_is_bent": Claim(lambda a: a.curve.bend > 0.9 and a.line.bend < 0.5),
            "one_point_is_off": Claim(lambda a: a.outlier.largest_error > 2.5 > a.line.largest_error),
            "one_point_decides": Claim(lambda a: a.lever.leverage == 1 and a.line.leverage < 0.5),
        },
    )
