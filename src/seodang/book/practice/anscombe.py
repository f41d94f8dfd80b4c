"""Why must results be plotted and not only summarized?

Four sets of eleven points agree in means, variances, correlation and fitted line to two decimals and look like a line, a
curve, a line with one wrong point, and a point that makes the line alone (Anscombe 1973). Computed in fractions where it can
be; and what each looks like is measured as well, by numbers that nobody had asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from operator import itemgetter
from statistics import correlation, fmean, linear_regression, variance

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
    x, y = ([float(Fraction(number)) for number in text.split()] for text in (x_text, y_text))
    slope, start = linear_regression(x, y)
    errors = [b - start - slope * a for a, b in zip(x, y, strict=True)]
    centre = fmean(x)
    bend = [(a - centre) ** 2 for a in x]
    summary = fmean(x), fmean(y), variance(x), variance(y), correlation(x, y), slope, start
    names = ("mean_x", "mean_y", "variance_x", "variance_y", "correlation", "slope", "start")
    pull = [1 / len(x) + way / sum(bend) for way in bend]
    return {name: round(value, p.decimals) for name, value in zip(names, summary, strict=True)} | {
        "bend": abs(correlation(errors, bend)),
        "largest_error": max(abs(error) for error in errors) / (sum(e * e for e in errors) / (len(x) - 2)) ** 0.5,
        "leverage": max(pull),
    }


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
            "one_point_decides": Claim(lambda a: abs(a.lever.leverage - 1) < 1e-9 and a.line.leverage < 0.5),
        },
    )
