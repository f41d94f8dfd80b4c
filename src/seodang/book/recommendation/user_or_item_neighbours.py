"""Neighbours among users or among items: which is better, and what does a prediction cost beside that of factors?

Sarwar, Karypis, Konstan & Riedl 2001 propose items. Two items can be compared when many users rated both, two users when
they rated many items in common: so the shape of the table should decide. 400 users and 100 items, and the reverse, with
the same known tastes. What is counted is how many stored numbers a prediction has to weigh.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Literal

import torch

from seodang.data.ratings import ratings
from seodang.experiment import Claim, Experiment, knob
from seodang.models.matrix_factorization import MatrixFactorization
from seodang.models.neighbourhood import Neighbourhood


@dataclass(frozen=True)
class Parameters:
    """The long and the short side of the table, the share of pairs that are rated, and the number of factors."""

    long: int = knob(400, low=20, high=2000)
    short: int = knob(100, low=20, high=2000)
    observed: float = knob(0.15, above=0.01, high=1)
    factors: int = knob(3, low=1, high=50)


def judged(p: Parameters, users: int, items: int, by: Literal["user", "item", "factors"], seed: int) -> Mapping[str, float]:
    """The error on ratings kept back, the common ratings of an average pair, and the numbers weighed in a prediction."""
    data = ratings(torch.Generator().manual_seed(seed), users, items, observed=p.observed)
    x, y, x_test, y_test = data[:4]
    if by == "factors":
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = MatrixFactorization(users, items, p.factors, float(y.mean()))
        for _ in range(30):
            model.alternate(x, y, penalty=1.0)
        predicted, common, weighed = model(x_test).detach(), 0.0, float(p.factors)
    else:
        near = Neighbourhood(x, y, users, items, by)
        shared = (near.rated @ near.rated.T).fill_diagonal_(0)
        other = x_test[:, 1] if by == "user" else x_test[:, 0]
        common = float(shared.sum()) / (len(shared) * (len(shared) - 1))
        predicted, weighed = near.predict(x_test), float(near.rated.sum(dim=0)[other].mean())
    return {"rmse": float((predicted - y_test).square().mean().sqrt()), "common": common, "weighed": weighed}


def experiment(p: Parameters) -> Experiment:
    """Three ways on a table of many users, and on one of many items."""
    tall = {f"tall_{by}": partial(judged, p, p.long, p.short, by) for by in ("user", "item", "factors")}
    wide = {f"wide_{by}": partial(judged, p, p.short, p.long, by) for by in ("user", "item", "factors")}
    return Experiment(
        arms=tall | wide,
        metrics={name: itemgetter(name) for name in ("rmse", "common", "weighed")},
        claims={
            "items_win_tall": Claim(lambda a: a.tall_user.rmse - a.tall_item.rmse, above=0.01),
            "users_win_wide": Claim(lambda a: a.wide_item.rmse - a.wide_user.rmse, above=0.01),
            "factors_win": Claim(
                lambda a: a.tall_factors.rmse < a.tall_item.rmse and a.wide_factors.rmse < a.wide_user.rmse
            ),
            "factors_weigh_less": Claim(
                lambda a: min(a.tall_item.weighed, a.wide_user.weighed) / a.tall_factors.weighed, above=3
            ),
        },
    )
