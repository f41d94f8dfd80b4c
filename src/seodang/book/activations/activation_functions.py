"""What is an activation function: what does each make of a number, how steep is it, and where does it stop reacting?

An activation turns a unit's weighted sum into its output, each number by itself (Goodfellow, Bengio & Courville 2016,
6.3). What training feels of it is the slope, by which every gradient on its way back is multiplied. Eight functions on a
fine grid: the slope written down is compared with finite differences, and its extremes are read off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch

from seodang.experiment import Claim, Experiment, knob
from seodang.models.activations import ACTIVATIONS, Activation, sigmoid

SILU = Activation(lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x))))
FUNCTIONS = {name: each for name, each in ACTIVATIONS.items() if name != "prelu"} | {"silu": SILU}
DIFFERENCE = 1e-6


@dataclass(frozen=True)
class Parameters:
    """How far the grid reaches on either side of 0, and where a function is asked whether it has become flat."""

    reach: float = knob(8.0, above=0, high=30)
    far: float = knob(5.0, above=0, high=30)


def table(function: Activation, p: Parameters, _seed: int) -> Mapping[str, float]:
    """Extremes of a function and its slope on a grid that leaves out 0 itself, and how wrong the slope written down is."""
    x = torch.linspace(-p.reach, p.reach, 16_002, dtype=torch.double)  # steps of 0.001, the middle one across 0
    value, slope = function.value(x), function.slope(x)
    difference = (function.value(x + DIFFERENCE) - function.value(x - DIFFERENCE)) / (2 * DIFFERENCE)
    ends = function.slope(torch.tensor([-p.far, p.far], dtype=torch.double))
    return {
        "lowest": float(value.min()) + 0.0,  # ReLU makes -0.0 of what is negative
        "highest": float(value.max()),
        "steepest": float(slope.max()),
        "falling": float(slope.min()),
        "slope_left": float(ends[0]),
        "slope_right": float(ends[1]),
        "slope_gap": float((slope - difference).abs().max()),
    }


def experiment(p: Parameters) -> Experiment:
    """The table, a function an arm."""
    names = ("lowest", "highest", "steepest", "falling", "slope_left", "slope_right", "slope_gap")
    return Experiment(
        kind="derivation",
        arms={name: partial(table, function, p) for name, function in FUNCTIONS.items()},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "slopes_are_right": Claim(lambda a: max(getattr(a, name).slope_gap for name in FUNCTIONS), below=1e-6),
            "sigmoid_quarter": Claim(lambda a: abs(a.sigmoid.steepest - 0.25), below=1e-6),
            "never_above_one": Claim(lambda a: max(getattr(a, name).steepest for name in FUNCTIONS) <= 1),
            "never_falls": Claim(lambda a: min(getattr(a, name).falling for name in FUNCTIONS) >= 0),
            "step_is_deaf": Claim(lambda a: a.step.steepest == a.step.falling == 0),
        },
    )
