"""Why may the margin of the hinge loss be fixed at 1?

L(cW; c margin) = c L(W; margin): only the ratio of margin and weights counts, so a margin can be traded against the penalty
(CS231n notes, "Setting Delta"). With penalty k|W|² the problem of margin c and penalty k/c has c times the solution. Linear
support vector machines on digits, by gradient descent on all training images at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, knob
from seodang.models.hinge import hinge


@dataclass(frozen=True)
class Parameters:
    """Two margins beside 1, the penalty at margin 1, and steps of gradient descent."""

    data: str = knob("digits", choices=NAMES)
    small: float = knob(0.1, above=0, high=100)
    large: float = knob(10.0, above=0, high=100)
    penalty: float = knob(0.01, low=0, high=10)
    lr: float = knob(0.05, above=0, high=10)
    steps: int = knob(100, low=1, high=5_000)


@lru_cache(maxsize=16)
def machine(p: Parameters, margin: float, penalty: float, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """The weights (pixels, classes) of a linear machine trained from 0, and the test set, in double precision."""
    data = images(p.data)
    x, y, x_test, y_test = data.draw(torch.Generator().manual_seed(seed))
    x, w = x.double(), torch.zeros(data.pixels, data.classes, dtype=torch.double)
    for _ in range(p.steps):
        w.requires_grad_()
        (slope,) = torch.autograd.grad(hinge(x @ w, y, margin) + penalty * w.square().sum(), w)
        w = w.detach() - p.lr * margin * slope  # a problem c times as large takes steps c times as long
    return w, x_test.double(), y_test


def compared(p: Parameters, margin: float, penalty: float, base: float, seed: int) -> Mapping[str, float]:
    """A machine beside that of margin 1 and penalty `base`: equal answers, and how far it is from a multiple of it."""
    one, x, y = machine(p, 1.0, base, seed)
    w, *_ = machine(p, margin, penalty, seed)
    said = (x @ w).argmax(1)
    return {
        "accuracy": float((said == y).double().mean()),
        "size": float(w.norm()),
        "agreement": float((said == (x @ one).argmax(1)).double().mean()),
        "multiple_gap": float((w / margin - one).abs().max()),
        "loss_gap": abs(float(hinge(3 * x @ w, y, 3 * margin) - 3 * hinge(x @ w, y, margin))),
    }


def experiment(p: Parameters) -> Experiment:
    """Margins with the penalty traded against them, with the penalty held, and without any."""
    names = ("accuracy", "size", "agreement", "multiple_gap", "loss_gap")
    run = partial(partial, compared, p)
    return Experiment(
        arms={
            "one": run(1.0, p.penalty, p.penalty),
            "small_traded": run(p.small, p.penalty / p.small, p.penalty),
            "large_traded": run(p.large, p.penalty / p.large, p.penalty),
            "large_held": run(p.large, p.penalty, p.penalty),
            "large_free": run(p.large, 0.0, 0.0),
        },
        metrics={name: itemgetter(name) for name in names},
        claims={
            "loss_scales": Claim(lambda a: max(a.one.loss_gap, a.small_traded.loss_gap, a.large_free.loss_gap), below=1e-9),
            "weights_scale": Claim(lambda a: max(a.small_traded.multiple_gap, a.large_traded.multiple_gap), below=1e-9),
            "traded_agrees": Claim(lambda a: a.small_traded.agreement == a.large_traded.agreement == 1),
            "held_agrees": Claim(lambda a: a.large_held.agreement == 1),
            "free_agrees": Claim(lambda a: a.large_free.agreement == 1),
        },
    )
