"""How does collaborative filtering fill the gaps of a table of ratings, and which way fills them best?

Neighbours (Resnick et al. 1994), and factors found by alternating least squares (Koren, Bell & Volinsky 2009). The ratings
are made with known tastes: a mean, a bias of each user and item, three factors, and noise of 0.3; 200 users, 150 items,
15 % of the pairs rated. Whatever is predicted is compared with a fifth of the ratings that was kept back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.data.ratings import Ratings, ratings
from seodang.experiment import Claim, Experiment, knob
from seodang.models.matrix_factorization import MatrixFactorization
from seodang.models.neighbourhood import Neighbourhood


@dataclass(frozen=True)
class Parameters:
    """The table, the share of pairs that are rated, and the penalty of the factors."""

    users: int = knob(200, low=20, high=2000)
    items: int = knob(150, low=20, high=2000)
    observed: float = knob(0.15, above=0.01, high=1)
    penalty: float = knob(1.0, low=0, high=100)


# Predictions of the test ratings, and the largest rise of the objective in a round of solving (0: it never rose).
Filled = tuple[Tensor, float]


def mean(_p: Parameters, data: Ratings) -> Filled:
    """The mean of all ratings for every pair."""
    return data.y_train.mean().expand(len(data.x_test)), 0.0


def neighbours(p: Parameters, data: Ratings) -> Filled:
    """Biases, and the deviations of the 30 most similar users."""
    return Neighbourhood(data.x_train, data.y_train, p.users, p.items).predict(data.x_test), 0.0


def factors(p: Parameters, data: Ratings, count: int) -> Filled:
    """Biases and so many factors, by alternating least squares in double precision; 0 factors are biases alone."""
    model = MatrixFactorization(p.users, p.items, count, float(data.y_train.mean())).double()
    x, y = data.x_train, data.y_train.double()
    objectives = [model.objective(x, y, p.penalty)]
    for _ in range(30):
        model.alternate(x, y, p.penalty)
        objectives.append(model.objective(x, y, p.penalty))
    rise = torch.stack(objectives).diff().max() / objectives[0]
    return model(data.x_test).detach(), max(float(rise.detach()), 0.0)


def zero_filled(p: Parameters, data: Ratings) -> Filled:
    """The best approximation of rank 3 of the table with 0 where nothing was rated."""
    table = torch.zeros(p.users, p.items)
    table[data.x_train[:, 0], data.x_train[:, 1]] = data.y_train
    u, s, v = torch.linalg.svd(table, full_matrices=False)
    return ((u[:, :3] * s[:3]) @ v[:3])[data.x_test[:, 0], data.x_test[:, 1]], 0.0


def judged(p: Parameters, fill: Callable[[Parameters, Ratings], Filled], seed: int) -> Mapping[str, float]:
    """Root mean squared error on the ratings kept back."""
    data = ratings(torch.Generator().manual_seed(seed), p.users, p.items, observed=p.observed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        predicted, rise = fill(p, data)
    return {"rmse": float((predicted - data.y_test).square().mean().sqrt()), "rise": rise}


def experiment(p: Parameters) -> Experiment:
    """The mean, biases, neighbours, three factors, twenty, and three of the table filled with zeros."""
    plain = {"mean": mean, "neighbours": neighbours, "zero_filled": zero_filled}
    counts = {"biases": 0, "three": 3, "twenty": 20}
    ways = plain | {name: partial(factors, count=count) for name, count in counts.items()}
    order = ("mean", "biases", "neighbours", "three", "twenty", "zero_filled")
    return Experiment(
        arms={name: partial(judged, p, ways[name]) for name in order},
        metrics={name: itemgetter(name) for name in ("rmse", "rise")},
        claims={
            "biases_first": Claim(lambda a: a.mean.rmse - a.biases.rmse, above=0.03),
            "neighbours_add": Claim(lambda a: a.biases.rmse - a.neighbours.rmse, above=0.03),
            "factors_add": Claim(lambda a: a.neighbours.rmse - a.three.rmse, above=0.03),
            "three_is_good": Claim(lambda a: a.three.rmse, below=0.5),
            "twenty_is_worse": Claim(lambda a: a.twenty.rmse - a.three.rmse, above=0.03),
            "zeros_are_a_trap": Claim(lambda a: a.zero_filled.rmse, above=1.0),
            "never_rises": Claim(lambda a: max(a.three.rise, a.twenty.rise), below=1e-9),
        },
    )
