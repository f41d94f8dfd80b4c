"""What can be recommended to a user without ratings, and how soon do the first ratings help?

Schein, Popescul, Ungar & Pennock 2002. Factors are learned from 300 users; 100 new users then rate 0, 1, 3, 10 or 30 items,
and their bias and factors are solved for with the items' held fixed (folding in). Ten ratings are also asked for items
chosen to tell much: those with the longest factors. Half of the items are asked about in no arm, and only they are scored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch

from seodang.data.ratings import BIAS, MEAN, TASTE, ratings
from seodang.experiment import Claim, Experiment, knob
from seodang.models.matrix_factorization import MatrixFactorization

NEW = 100


@dataclass(frozen=True)
class Parameters:
    """The users learned from, the items, the share of pairs that are rated, the factors, the noise, and the penalty."""

    users: int = knob(300, low=20, high=2000)
    items: int = knob(150, low=60, high=2000)
    observed: float = knob(0.2, above=0.01, high=1)
    factors: int = knob(3, low=1, high=20)
    noise: float = knob(0.3, low=0, high=2)
    penalty: float = knob(1.0, above=0, high=100)


def newcomers(p: Parameters, asked: int, telling: bool, seed: int) -> Mapping[str, float]:
    """On the half that nobody is asked about: the error, and how many of ten favourites are among the ten recommended."""
    generator = torch.Generator().manual_seed(seed)
    data = ratings(generator, p.users, p.items, p.factors, p.observed, p.noise)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = MatrixFactorization(p.users, p.items, p.factors, float(data.y_train.mean()))
    for _ in range(30):
        model.alternate(data.x_train, data.y_train, p.penalty)
    bias, taste = BIAS * torch.randn(NEW, 1, generator=generator), torch.randn(NEW, p.factors, generator=generator)
    truth = MEAN + bias + data.item_bias + (TASTE / p.factors) ** 0.25 * taste @ data.item_factors.T
    given = truth + p.noise * torch.randn(truth.shape, generator=generator)
    half = p.items // 2
    score = torch.rand(NEW, half, generator=generator)
    if telling:
        score = model.item_factors[:half].detach().norm(dim=1).expand(NEW, -1)
    seen = torch.zeros(NEW, p.items).scatter(1, score.topk(asked, dim=1).indices, 1.0)  # 1 where a user was asked
    popular = (model.mean + model.item_bias).detach()
    features = torch.cat([torch.ones(p.items, 1), model.item_factors.detach()], dim=1)
    left = torch.einsum("ui,if,ig->ufg", seen, features, features) + p.penalty * torch.eye(p.factors + 1)
    own = torch.linalg.solve(left, (seen * (given - popular)) @ features)
    predicted = popular + own @ features.T
    best, recommended = (
        torch.zeros_like(each).scatter(1, each.topk(10).indices, 1.0) for each in (truth[:, half:], predicted[:, half:])
    )
    error = (given - predicted)[:, half:].square().mean().sqrt()
    sums, counts = (torch.zeros(p.items).index_add(0, data.x_train[:, 1], y) for y in (data.y_train, data.y_train * 0 + 1))
    plain = (given - sums / counts)[:, half:].square().mean().sqrt()
    return {"rmse": float(error), "popular": float(plain), "favourites": float((best * recommended).sum() / NEW)}


def experiment(p: Parameters) -> Experiment:
    """From no rating to thirty, and ten of items that were chosen."""
    counts = {"none": 0, "one": 1, "three": 3, "ten": 10, "thirty": 30}
    arms = {name: partial(newcomers, p, asked, False) for name, asked in counts.items()}
    return Experiment(
        arms=arms | {"ten_telling": partial(newcomers, p, 10, True)},
        metrics={name: itemgetter(name) for name in ("rmse", "favourites", "popular")},
        claims={
            "none_is_popularity": Claim(lambda a: abs(a.none.rmse - a.none.popular), below=0.05),
            "one_helps": Claim(lambda a: a.none.rmse - a.one.rmse, above=0.02),
            "ten_help": Claim(lambda a: a.none.rmse - a.ten.rmse, above=0.1),
            "first_ten_help_most": Claim(lambda a: a.none.rmse - a.ten.rmse > a.ten.rmse - a.thirty.rmse),
            "choice_helps": Claim(lambda a: a.ten_telling.favourites > a.ten.favourites),
        },
    )
