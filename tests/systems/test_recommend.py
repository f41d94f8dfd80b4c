"""Collaborative filtering: biases, neighbours, factors by SGD and by alternating solves, SVD++."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from torch import Tensor, nn

from seodang.data.movielens_100k import movielens_100k
from seodang.data.ratings import Ratings, ratings
from seodang.data.split import DataError, Split
from seodang.experiment import Training
from seodang.models.matrix_factorization import ImplicitFactorization, MatrixFactorization, solve_each
from seodang.models.neighbourhood import Neighbourhood, similarities
from seodang.models.svdpp import SVDPlusPlus, seen_pairs
from seodang.training import train

SEEDS = (0, 1, 2)
USERS, ITEMS = 200, 150


def rmse(predicted: Tensor, y: Tensor) -> float:
    return float((predicted.detach() - y).square().mean().sqrt())


@cache
def drawn(seed: int, users: int = USERS, items: int = ITEMS) -> Ratings:
    return ratings(torch.Generator().manual_seed(seed), users, items)


def solved(data: Ratings, factors: int, penalty: float = 2.0, rounds: int = 15) -> MatrixFactorization:
    model = MatrixFactorization(len(data.user_bias), len(data.item_bias), factors, float(data.y_train.mean()))
    for _ in range(rounds):
        model.alternate(data.x_train, data.y_train, penalty)
    return model


def descended(data: Any, model: Callable[[], nn.Module], seed: int, steps: int = 500, decay: float = 0.001) -> float:
    """The test RMSE after stochastic gradient descent on the squared error, with weight decay."""
    training = Training(
        data=lambda _: Split(*data[:4]),
        model=model,
        loss=F.mse_loss,
        optimizer=partial(torch.optim.Adam, lr=0.02, weight_decay=decay),
        steps=steps,
        batch=256,
    )
    (trained,) = train(training, [seed], threads=1, strategy="loop")
    return float(trained.test_loss() ** 0.5)


def neighbours(data: Any, by: Any, users: int = USERS, items: int = ITEMS) -> float:
    x, y, x_test, y_test = data[:4]
    return rmse(Neighbourhood(x, y, users, items, by, neighbours=40).predict(x_test), y_test)


@pytest.mark.system(name="collaborative")
def test_each_method_errs_less_than_the_simpler_one(measured: Measured) -> None:
    """Ratings of three hidden tastes and noise of 0.3, of which 12 % of the pairs are known: nothing can be below 0.3."""
    errors: dict[str, list[float]] = {}
    for seed in SEEDS:
        torch.manual_seed(seed)
        data = drawn(seed)
        seen = seen_pairs(data.x_train, USERS, ITEMS)
        found = {
            "the mean of all": rmse(data.y_train.mean(), data.y_test),
            "biases": rmse(solved(data, 0, 5.0)(data.x_test), data.y_test),
            "user neighbours": neighbours(data, "user"),
            "item neighbours": neighbours(data, "item"),
            "3 factors, SGD": descended(data, partial(MatrixFactorization, USERS, ITEMS, 3, 3.5, 0.3), seed),
            "3 factors, alternating": rmse(solved(data, 3)(data.x_test), data.y_test),
            "20 factors, alternating": rmse(solved(data, 20)(data.x_test), data.y_test),
            "SVD++": descended(data, partial(SVDPlusPlus, seen, 3, 3.5, 0.3), seed),
        }
        for name, error in found.items():
            errors.setdefault(name, []).append(error)
    for name, several in errors.items():
        measured(f"mean RMSE, {name}", sum(several) / 3, n=3)
    order = ("the mean of all", "biases", "user neighbours", "3 factors, alternating")
    pairs = [*pairwise(order), ("biases", "item neighbours")]
    pairs += [("item neighbours", method) for method in ("3 factors, SGD", "3 factors, alternating", "SVD++")]
    steps = [a - b for worse, better in pairs for a, b in zip(errors[worse], errors[better], strict=True)]
    assert min(steps) >= 0.03
    assert max(errors["3 factors, alternating"]) <= 0.5
    assert all(
        a >= b + 0.02 for a, b in zip(errors["20 factors, alternating"], errors["3 factors, alternating"], strict=True)
    )
    measured("smallest step from mean to biases to neighbours to factors", min(steps), must="≥ 0.03", n=len(steps))


@pytest.mark.system(name="collaborative")
def test_alternating_solves_never_raise_the_loss_and_find_the_factors_that_are_there(measured: Measured) -> None:
    rises, found = [], []
    for seed in SEEDS:
        torch.manual_seed(seed)
        data = drawn(seed)
        model = MatrixFactorization(USERS, ITEMS, 3, float(data.y_train.mean())).double()
        y, losses = data.y_train.double(), []
        for _ in range(25):
            losses.append(model.objective(data.x_train, y, 2.0).item())
            model.alternate(data.x_train, y, 2.0)
        rises.append(max(b - a for a, b in pairwise(losses)))
        told = model.user_factors.detach() @ model.item_factors.detach().T
        truth = data.user_factors @ data.item_factors.T
        found.append(float(torch.corrcoef(torch.stack([told.flatten(), truth.flatten()]))[0, 1]))
    assert max(rises) <= 1e-9
    assert min(found) >= 0.8
    measured("largest rise of the loss in 25 rounds", max(rises), must="≤ 1e-9", n=3)
    measured("correlation of users' tastes for items with the true ones, rated or not", min(found), must="≥ 0.8", n=3)


@pytest.mark.system(name="collaborative")
def test_whoever_has_more_ratings_makes_the_better_neighbours(measured: Measured) -> None:
    """Ahead is the side with fewer rows, whose rows are fuller: items of 400 x 100, users of 100 x 400."""
    leads = []
    for seed in SEEDS:
        for users, items in ((400, 100), (100, 400)):
            by = {side: neighbours(drawn(seed, users, items), side, users, items) for side in ("user", "item")}
            leads.append(by["user"] - by["item"] if users > items else by["item"] - by["user"])
    assert min(leads) >= 0.01
    measured("smallest lead of the side with fuller rows", min(leads), must="≥ 0.01", n=6)


@pytest.mark.system(name="collaborative")
def test_a_solve_is_ridge_and_a_similarity_a_correlation(measured: Measured) -> None:
    torch.manual_seed(0)
    owner, features, targets = torch.randint(4, (60,)), torch.randn(60, 3).double(), torch.randn(60).double()
    ours = solve_each(owner, features, targets, 4, 0.7)
    gaps = []
    for each in range(4):
        rows = features[owner == each]
        theirs = torch.linalg.solve(rows.T @ rows + 0.7 * torch.eye(3).double(), rows.T @ targets[owner == each])
        gaps.append(float((ours[each] - theirs).abs().max()))
    assert max(gaps) <= 1e-9
    measured("users' solutions, from ridge regressions one by one", max(gaps), must="≤ 1e-9", n=4)
    rated = torch.rand(5, 40) < 0.6
    deviations = torch.where(rated, torch.randn(5, 40), 0)
    both = rated[0] & rated[1]
    a, b = deviations[0][both], deviations[1][both]
    by_hand = (a @ b) / (a.norm() * b.norm()) * both.sum() / (both.sum() + 10)
    assert abs(by_hand) > 0.01
    gap = abs(float(similarities(deviations, rated.float(), 10.0)[0, 1] - by_hand))
    assert gap <= 1e-6
    measured("a similarity, by hand over the common ratings", gap, must="≤ 1e-6")


def chosen(seed: int) -> tuple[Ratings, Tensor]:
    """Ratings of few of the items that people chose to see, as they like them, and (users, items) what they saw."""
    everyone = ratings(torch.Generator().manual_seed(seed), USERS, ITEMS, observed=1.0)
    x, y = (torch.cat(parts) for parts in ((everyone.x_train, everyone.x_test), (everyone.y_train, everyone.y_test)))
    taste = (everyone.user_factors[x[:, 0]] * everyone.item_factors[x[:, 1]]).sum(1)
    generator = torch.Generator().manual_seed(seed)
    viewed = (torch.rand(len(x), generator=generator) < 0.5 * torch.sigmoid(4 * taste)).nonzero()[:, 0]
    viewed = viewed[torch.randperm(len(viewed), generator=generator)]
    test, known, seen = (
        viewed[: len(viewed) // 5],
        viewed[len(viewed) // 5 : 2 * len(viewed) // 5],
        viewed[len(viewed) // 5 :],
    )
    split = everyone._replace(x_train=x[known], y_train=y[known], x_test=x[test], y_test=y[test])
    return split, seen_pairs(x[seen], USERS, ITEMS)


@pytest.mark.system(name="collaborative")
def test_svdpp_gains_where_people_see_what_they_like_and_rate_little_of_it(measured: Measured) -> None:
    """Koren's N(u) is all of which a user's interest is known, rated or not; each method has the decay that suits it."""
    gains = []
    for seed in SEEDS:
        data, seen = chosen(seed)
        plain = descended(data, partial(MatrixFactorization, USERS, ITEMS, 3, 3.5, 0.3), seed, 400, decay=0.002)
        gains.append(plain - descended(data, partial(SVDPlusPlus, seen, 3, 3.5), seed, 400, decay=0.004))
    assert min(gains) >= 0.01
    measured("RMSE that SVD++ gains over plain factors where views are known, smallest", min(gains), must="≥ 0.01", n=3)


@pytest.mark.system(name="collaborative")
def test_implicit_factors_rank_what_is_bought_next_above_the_popular(measured: Measured) -> None:
    """Only likes are known, half of them; the rank is the share of all unknown items placed before a held-out like."""
    rises, ranks, popular, gaps = [], [], [], []
    for seed in SEEDS:
        data = ratings(torch.Generator().manual_seed(seed), USERS, ITEMS, observed=1.0)
        liked = torch.zeros(USERS, ITEMS, dtype=torch.float64)
        x, y = torch.cat([data.x_train, data.x_test]), torch.cat([data.y_train, data.y_test])
        liked[x[:, 0], x[:, 1]] = (y > 4.2).double()
        held = liked * (torch.rand(liked.shape, generator=torch.Generator().manual_seed(seed)) < 0.5)
        model = ImplicitFactorization(liked - held, 5, torch.Generator().manual_seed(seed), weight=10.0)
        losses = []
        for _ in range(10):
            losses.append(float(model.objective(5.0)))
            model.alternate(5.0)
        rises.append(max(b - a for a, b in pairwise(losses)))
        u = 7
        weights = torch.diag(model.confidence[:, u])
        by_hand = torch.linalg.solve(
            model.users.T @ weights @ model.users + 5.0 * torch.eye(5), model.users.T @ weights @ model.preference[:, u]
        )
        gaps.append(float((by_hand - model.items[u]).abs().max()))
        ranks.append(mean_rank(model.scores(), liked - held, held))
        popular.append(mean_rank((liked - held).sum(0).expand(USERS, ITEMS), liked - held, held))
    assert max(rises) <= 1e-9
    assert max(gaps) <= 1e-9
    assert all(a <= b - 0.02 for a, b in zip(ranks, popular, strict=True))
    measured("implicit: largest rise of the loss in 10 rounds", max(rises), must="≤ 1e-9", n=3)
    measured("implicit: an item's factors, from weighted ridge regression", max(gaps), must="≤ 1e-9", n=3)
    measured("implicit: mean rank of held-out likes, popularity (0.5 is chance)", sum(popular) / 3, n=3)
    measured("implicit: mean rank of held-out likes, factors", sum(ranks) / 3, must="≥ 0.02 lower", n=3)


def mean_rank(scores: Tensor, known: Tensor, held: Tensor) -> float:
    """The mean share of a user's unknown items that are placed before one held out."""
    scores = scores.masked_fill(known > 0, -torch.inf)
    places = scores.argsort(dim=1, descending=True, stable=True).argsort(dim=1).double()
    return float((places / (known.shape[1] - known.sum(1, keepdim=True)))[held > 0].mean())


@pytest.mark.slow
@pytest.mark.system(name="collaborative")
def test_on_movielens_100k(measured: Measured) -> None:
    """Beside what the library Surprise reports of five folds. Where the files are not here there is nothing to test."""
    try:
        data = movielens_100k(torch.Generator().manual_seed(0))
    except DataError as error:
        pytest.skip(str(error))
    users, items, mean = 943, 1_682, float(data.y_train.mean())
    torch.manual_seed(0)
    biases = MatrixFactorization(users, items, 0, mean)
    for _ in range(10):
        biases.alternate(data.x_train, data.y_train, 5.0)
    factors = MatrixFactorization(users, items, 20, mean)
    for _ in range(15):
        factors.alternate(data.x_train, data.y_train, 15.0)
    found = {
        "biases": (rmse(biases(data.x_test), data.y_test), 0.944),
        "item neighbours": (neighbours(data, "item", users, items), 0.931),
        "20 factors, alternating": (rmse(factors(data.x_test), data.y_test), 0.934),
    }
    for name, (reached, published) in found.items():
        measured(f"MovieLens-100k: RMSE, {name}", reached, must=f"≤ {published} + 0.01")
        assert reached <= published + 0.01, name
