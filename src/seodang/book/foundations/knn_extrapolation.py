"""Why does k-nearest-neighbour regression fail outside the training range, and do other models do better there?

Beyond the last training point the k nearest are always the same, so the prediction is constant. 41 points of y = x^1.5 on
[0, 1] without noise; the prediction at x = 2 by 3 neighbours, by polynomials, and by a line in logarithms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob

Predictor = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Parameters:
    """The power of the curve, the number of neighbours, and where beyond the training range it is asked."""

    power: float = knob(1.5, above=0, high=5)
    k: int = knob(3, low=1, high=41)
    beyond: float = knob(2.0, above=1, high=100)


def neighbours(k: int, x: Tensor, y: Tensor) -> Predictor:
    """The mean of the k nearest heights."""
    return lambda queries: y[(queries[:, None] - x).abs().topk(k, largest=False).indices].mean(dim=1)


def polynomial(degree: int, x: Tensor, y: Tensor) -> Predictor:
    """Least squares on the powers up to the degree."""
    powers = torch.arange(degree + 1)
    coefficients: Tensor = torch.linalg.lstsq(x[:, None] ** powers, y[:, None]).solution[:, 0]
    return lambda queries: queries[:, None] ** powers @ coefficients


def logarithmic(x: Tensor, y: Tensor) -> Predictor:
    """A line through the logarithms: a power law. The point at 0 has none and is left out."""
    line = polynomial(1, x[1:].log(), y[1:].log())
    return lambda queries: line(queries.log()).exp()


def predicted(p: Parameters, fit: Callable[[Tensor, Tensor], Predictor], _seed: int) -> Mapping[str, float]:
    """The relative error beyond and in the middle, and the slope beyond, by a difference quotient."""
    x = torch.linspace(0, 1, 41, dtype=torch.double)
    predict = fit(x, x**p.power)
    places = torch.tensor([p.beyond, p.beyond + 1e-3, 0.51], dtype=torch.double)
    here, there, inside = predict(places)
    truth = places**p.power
    return {
        "error": float(abs(here / truth[0] - 1)),
        "inside": float(abs(inside / truth[2] - 1)),
        "slope": float((there - here) / (places[1] - places[0])),
        "prediction": float(here),
    }


def experiment(p: Parameters) -> Experiment:
    """Neighbours, three polynomials and a power law, all fitted to the same 41 points."""
    degrees = {"line": 1, "parabola": 2, "degree_9": 9}
    return Experiment(
        kind="derivation",
        arms={
            "neighbours": partial(predicted, p, partial(neighbours, p.k)),
            **{name: partial(predicted, p, partial(polynomial, degree)) for name, degree in degrees.items()},
            "power_law": partial(predicted, p, logarithmic),
        },
        metrics={name: itemgetter(name) for name in ("error", "inside", "slope", "prediction")},
        claims={
            "constant_outside": Claim(lambda a: a.neighbours.slope == 0),
            "fine_inside": Claim(lambda a: a.neighbours.inside, below=0.05),
            "line_is_right": Claim(lambda a: a.line.error, below=0.1),
            "line_is_better": Claim(lambda a: a.line.error < a.neighbours.error),
            "flexible_is_worse": Claim(lambda a: a.degree_9.inside < a.line.inside and a.degree_9.error > a.line.error),
            "right_form_is_right": Claim(lambda a: a.power_law.error, below=1e-9),
        },
    )
