"""Checks of the data alone: the size of the inputs, the test set beside the training set, the labels, a leak."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from seodang.locale import _
from seodang.notebook.program import MANY, Finding, Program

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST, LARGEST = 0.01, 5.0
"""The root mean square of inputs that are neither nearly constant noughts nor pixels up to 255."""
UNLIKELY = 5.0
"""Standard errors; between two parts of one set they happen once in two million."""
FAIR = 3.0
"""Standard errors above chance that the labels of neighbours must agree."""


def inputs(program: Program) -> Finding:
    """Inputs are of the order of 1 (LeCun, Bottou, Orr & Müller 1998, "Efficient backprop", section 4.3)."""
    if not program.x.is_floating_point():
        return Finding("inputs", None, _("whole numbers have no scale"))
    size = float(program.x.double().square().mean().sqrt())
    low, high, mean = (f"{value:.4g}" for value in (float(program.x.min()), float(program.x.max()), size))
    seen = _("from {low} to {high}, root mean square {mean}", low=low, high=high, mean=mean)
    ok = SMALLEST <= size <= LARGEST
    cure = _("bring them to the order of 1 (divide pixels by their largest value)")
    return Finding("inputs", ok, seen if ok else f"{seen}: {cure}")


def same_kind(program: Program) -> Finding:
    """Training and test inputs have the same mean at every position; another crop or another scale shows at once."""
    train, test = (x.flatten(1).double() for x in (program.x, program.x_test))
    apart = (train.mean(0) - test.mean(0)).abs()
    error = (train.var(0) / len(train) + test.var(0) / len(test)).sqrt()
    share = float((apart > UNLIKELY * error + 1e-6).double().mean())
    told = _("mean of training and of test inputs differs at {share} of the positions", share=f"{share:.0%}")
    if share <= 0.05:
        return Finding("test inputs", True, told)
    return Finding("test inputs", False, f"{told}: {_('are both cropped, scaled and normalized alike?')}")


def labels(program: Program) -> Finding:
    """The nearest neighbour of an example has its label more often than any other example (Cover & Hart 1967)."""
    import torch

    if not program.classifies:
        return Finding("labels", None, _("the targets are no classes"))
    x, y = program.x[:MANY].flatten(1).double(), program.y[:MANY]
    distances = torch.cdist(x, x).fill_diagonal_(float("inf"))
    agree = float((y[distances.argmin(1)] == y).double().mean())
    counts = torch.bincount(y - y.min()).double()
    chance = float((counts * (counts - 1)).sum()) / (len(y) * (len(y) - 1))
    shares = {"agree": f"{agree:.0%}", "chance": f"{chance:.0%}"}
    told = _("{agree} of nearest neighbours share a label, by chance {chance}", **shares)
    if agree > chance + FAIR * sqrt(chance * (1 - chance) / len(y)):
        return Finding("labels", True, told)
    return Finding("labels", False, f"{told}: {_('were inputs and labels shuffled apart?')}")


def leak(program: Program) -> Finding:
    """No test example is a training example, beyond what few possible inputs make inevitable."""
    known, rows = set(_rows(program.x)), _rows(program.x_test)
    seen = sum(row in known for row in rows) / len(rows)
    again = 1 - len(known) / len(program.x)
    told = _("{share} of the test examples are among the training examples", share=f"{seen:.1%}")
    if seen <= 0.01 + 2 * again:
        return Finding("leak", True, told)
    return Finding("leak", False, f"{told}: {_('split first, then copy, augment or resample')}")


def _rows(x: Tensor) -> list[bytes]:
    return [row.tobytes() for row in x.flatten(1).cpu().numpy()]
