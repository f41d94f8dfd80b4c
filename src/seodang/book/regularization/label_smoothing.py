"""What is label smoothing, what does it change in a net, and does it make its probabilities more honest?

Szegedy et al. 2016, section 7: the target gives the right class 1 - eps and shares eps among all classes. A loss against
such a target is lowest at a finite difference of the scores, while one-hot targets push them apart for ever. Müller,
Kornblith & Hinton 2019 found better calibration on large data; here it is measured on little data (Guo et al. 2017).
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp
from seodang.models.label_smoothing import best_gap, calibration_error, smoothed_loss


@dataclass(frozen=True)
class Parameters:
    """64-128-10 on the first 300 training images, Adam at 0.003; eps is what is shared among all classes."""

    data: str = knob("digits", choices=NAMES)
    few: int = knob(300, low=20, high=60_000)
    eps: float = knob(0.1, above=0, below=1)
    steps: int = knob(600, low=1, high=20_000)


def scores(trained: Trained) -> Tensor:
    """(test, classes) the scores of the test images."""
    with torch.no_grad():
        found: Tensor = trained.model(trained.x_test)
    return found


def gap(trained: Trained) -> float:
    """By how much the largest score exceeds the mean of the others, on average over test images."""
    ordered = scores(trained).sort(-1).values
    return float((ordered[:, -1] - ordered[:, :-1].mean(-1)).mean())


def nll(trained: Trained) -> float:
    """The cross-entropy of the test images against their true classes."""
    return float(F.cross_entropy(scores(trained), trained.y_test))


def calibration(trained: Trained) -> float:
    """The expected calibration error on the test set, 15 bins."""
    return calibration_error(scores(trained), trained.y_test)


def reached(eps: float, _: Trained) -> float:
    """The difference of ten free scores after 2,000 steps down the smoothed loss, from 0."""
    free, y = torch.zeros(1, 10, dtype=torch.double, requires_grad=True), torch.tensor([0])
    for _step in range(2000):
        (slope,) = torch.autograd.grad(smoothed_loss(free, y, eps), free)
        free.data -= slope
    return float((free[0, 0] - free[0, 1]).detach())


def experiment(p: Parameters) -> Experiment:
    """One-hot targets, and smoothed ones."""
    data = images(p.data)

    def few(generator: torch.Generator) -> Split:
        return data.draw(generator).first(p.few)

    net, adam = partial(mlp, [data.pixels, 128, data.classes]), partial(torch.optim.Adam, lr=3e-3)
    hard = Training(data=few, model=net, loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    return Experiment(
        arms={"hard": hard, "smooth": replace(hard, loss=partial(F.cross_entropy, label_smoothing=p.eps))},
        metrics={
            "gap": gap,
            "accuracy": Trained.accuracy,
            "calibration": calibration,
            "nll": nll,
            "reached": partial(reached, p.eps),
        },
        claims={
            "gap_shrinks": Claim(lambda a: a.smooth.gap / a.hard.gap, below=0.6),
            "same_accuracy": Claim(lambda a: abs(a.smooth.accuracy - a.hard.accuracy), below=0.02),
            "calibrates": Claim(lambda a: a.smooth.calibration - a.hard.calibration, below=0),
            "finite_optimum": Claim(lambda a: abs(a.smooth.reached - best_gap(10, p.eps)), below=1e-3),
        },
    )
