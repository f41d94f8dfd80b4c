"""Ratings made from known factors: the truth that is returned is the truth they were made with."""

import pytest
import torch

from seodang.data.ratings import DAYS, MEAN, Ratings, ratings
from seodang.data.split import DataError


def predicted(made: Ratings, x: torch.Tensor) -> torch.Tensor:
    user, item, day = x.unbind(1)
    biases = MEAN + made.user_bias[user] + made.item_bias[item] + made.item_drift[item] * (day / DAYS - 0.5)
    return biases + (made.user_factors[user] * made.item_factors[item]).sum(1)


@pytest.mark.parametrize("drift", [0.0, 1.0])
def test_what_the_truth_leaves_over_is_the_noise(drift: float) -> None:
    made = ratings(torch.Generator().manual_seed(0), noise=0.3, drift=drift)
    for x, y in ((made.x_train, made.y_train), (made.x_test, made.y_test)):
        assert float((predicted(made, x) - y).std()) == pytest.approx(0.3, rel=0.1)


def test_a_share_of_all_pairs_is_rated_none_twice_and_a_fifth_is_to_test_on() -> None:
    made = ratings(torch.Generator().manual_seed(0))
    pairs = torch.cat([made.x_train, made.x_test])[:, :2].tolist()
    assert len(pairs) == len({tuple(pair) for pair in pairs}) == 4_500
    assert len(made.x_test) == 900
    assert {int(made.x_train[:, 0].max()), int(made.x_train[:, 1].max())} == {199, 149}


def test_the_mean_the_biases_and_the_factors_explain_the_shares_they_are_meant_to() -> None:
    """Root mean squared errors near those of a mean (0.85), of true biases (0.65) and of the whole truth (0.30)."""
    made = ratings(torch.Generator().manual_seed(0), users=400, items=300)
    user, item, _ = made.x_test.unbind(1)
    of_biases = MEAN + made.user_bias[user] + made.item_bias[item]
    errors = [float((made.y_test - each).square().mean().sqrt()) for each in (MEAN + torch.zeros(1), of_biases)]
    assert errors == pytest.approx([0.86, 0.65], abs=0.05)


def test_split_by_date_the_test_is_later_than_all_of_training() -> None:
    made = ratings(torch.Generator().manual_seed(0), by_date=True)
    assert int(made.x_train[:, 2].max()) <= int(made.x_test[:, 2].min())
    mixed = ratings(torch.Generator().manual_seed(0))
    assert int(mixed.x_train[:, 2].max()) > int(mixed.x_test[:, 2].min())


def test_more_ratings_than_pairs_and_fewer_than_five_are_refused() -> None:
    for observed, pairs in ((1.1, 33_000), (0.0, 0)):
        with pytest.raises(DataError, match=rf"^ratings: observed={observed} of 200 x 150 pairs is {pairs} ratings; "):
            ratings(torch.Generator(), observed=observed)
