"""How good is k-nearest-neighbour, and what does a prediction cost when the training set grows?

Cover & Hart 1967. It is fitted by storing the training set, and every prediction measures the distance to each stored
sample. Beside it a linear model by least squares. What is counted are the multiplications in the matrix products that
torch really carries out while predicting, with a third of the training images and with all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """The images."""

    data: str = knob("digits", choices=NAMES)


def neighbours(k: int, x: Tensor, y: Tensor) -> tuple[int, Callable[[Tensor], Tensor]]:
    """How many numbers are stored, and a predictor: the most frequent class among the k nearest (the lowest if tied)."""
    lengths = x.square().sum(dim=1)

    def predict(queries: Tensor) -> Tensor:
        distances = lengths - 2 * queries @ x.T  # the query's own length is the same for all and left out
        return y[distances.topk(k, largest=False).indices].mode(dim=1).values

    return x.numel() + y.numel(), predict


def linear(x: Tensor, y: Tensor) -> tuple[int, Callable[[Tensor], Tensor]]:
    """The same of a least-squares classifier with a small penalty and a column of ones."""
    ones = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    targets = torch.nn.functional.one_hot(y).float()
    weights = torch.linalg.solve(ones.T @ ones + 0.1 * torch.eye(ones.shape[1]), ones.T @ targets)
    return weights.numel(), lambda queries: (queries @ weights[:-1] + weights[-1]).argmax(dim=1)


def judged(
    p: Parameters, fit: Callable[..., tuple[int, Callable[[Tensor], Tensor]]], part: int, seed: int
) -> Mapping[str, float]:
    """Fitted to one `part`-th of the training images."""
    x, y, x_test, y_test = images(p.data).draw(torch.Generator().manual_seed(seed))
    stored, predict = fit(x[: len(x) // part], y[: len(x) // part])
    with FlopCounterMode(display=False) as counter:
        predicted = predict(x_test)
    accuracy = float((predicted == y_test).float().mean())
    return {"accuracy": accuracy, "multiplications": counter.get_total_flops() / 2 / len(x_test), "stored": stored}


def experiment(p: Parameters) -> Experiment:
    """Four numbers of neighbours, and a linear model; with a third of the training images, and with all."""
    counts = {f"k{k}": partial(judged, p, partial(neighbours, k), 1) for k in (1, 3, 9, 25)}
    third = {"k3_third": partial(judged, p, partial(neighbours, 3), 3)}
    lines = {"linear": partial(judged, p, linear, 1), "linear_third": partial(judged, p, linear, 3)}
    return Experiment(
        arms=counts | third | lines,
        metrics={name: itemgetter(name) for name in ("accuracy", "multiplications", "stored")},
        claims={
            "reads_digits": Claim(lambda a: a.k3.accuracy, above=0.98),
            "beats_a_line": Claim(lambda a: a.k3.accuracy - a.linear.accuracy, above=0.03),
            "too_many_blur": Claim(lambda a: a.k3.accuracy - a.k25.accuracy, above=0.01),
            "cost_grows": Claim(lambda a: abs(a.k3.multiplications / a.k3_third.multiplications - 3), below=0.01),
            "line_stays_cheap": Claim(lambda a: a.linear.multiplications == a.linear_third.multiplications),
        },
    )
