"""Distributions as tables: how many numbers they take, that counting is the maximum of the likelihood, and their order."""

from __future__ import annotations

import pytest
import torch
from systems.conftest import Measured
from systems.likelihoods import SEEDS, binary, held_out, size, tables, total
from torch import Tensor, nn

from seodang.models.likelihood import nats, sample
from seodang.models.markov import Categorical, ChainRule, Independent, Markov

pytestmark = pytest.mark.system(name="chain_models")


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def scatter(model: nn.Module) -> nn.Module:
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_()
    return model


def test_the_numbers_that_each_table_takes(measured: Measured) -> None:
    assert size(Categorical(2)) == size(Independent(1)) == 1
    measured("numbers of a Bernoulli distribution", size(Categorical(2)), must="1")
    symbols = range(2, 11)
    assert all(size(Categorical(m)) == m - 1 for m in symbols)
    measured("… of 10 symbols", size(Categorical(10)), must="9 (m − 1, held for m = 2 to 10)", n=len(symbols))
    for n in range(1, 13):
        assert [size(kind(n)) for kind in (ChainRule, Markov, Independent)] == [2**n - 1, 2 * n - 1, n]
    measured(
        "… of 12 pixels by the chain rule alone", size(ChainRule(12)), must="4,095 (2ⁿ − 1, held for n = 1 to 12)", n=12
    )
    assert size(Markov(784)) == 1_567
    assert size(Independent(784)) == 784
    measured("… of 784 pixels as a Markov chain", size(Markov(784)), must="1,567 (2n − 1)")
    measured("… of 784 independent pixels", size(Independent(784)), must="784 (n)")


def test_every_table_is_a_distribution(measured: Measured) -> None:
    sums = [total(scatter(kind(8)), 8) for kind in (ChainRule, Markov, Independent)]
    logs = scatter(Categorical(7).double())(torch.arange(7))
    sums.append(float(logs.detach().exp().sum()))
    worst = max(abs(each - 1) for each in sums)
    assert worst <= 1e-12
    measured("largest distance of Σp from 1, all 256 vectors, all tables", worst, must="≤ 1e-12", n=len(sums))


def test_counting_is_the_maximum_of_the_likelihood(measured: Measured) -> None:
    """There the gradient is 0, whichever table. Every pixel is 0 and 1 in every case, or the maximum were at infinity."""
    x = torch.randint(2, (4_000, 5)).double()
    slopes: list[float] = []
    for table in (ChainRule(5), Markov(5), Independent(5)):
        table.double().fit(x)
        loss = nats(table(x), x)
        slopes.append(float(torch.autograd.grad(loss, table.scores)[0].abs().max()))
    words, die = torch.randint(6, (500,)), Categorical(6).double()
    die.fit(words)
    slopes.append(float(torch.autograd.grad(-die(words).mean(), die.scores)[0].abs().max()))
    assert max(slopes) <= 1e-12
    assert torch.allclose(die(torch.arange(6)).exp(), torch.bincount(words).double() / 500, atol=1e-12, rtol=0)
    measured("largest slope of the likelihood where the table holds the counts", max(slopes), must="≤ 1e-12", n=len(slopes))


def test_the_chain_rule_alone_is_the_table_of_all_vectors(measured: Measured) -> None:
    """Its 2^n - 1 conditionals multiply to how often each vector occurred, exactly."""
    x = torch.randint(2, (3_000, 6)).double()
    table = ChainRule(6).double()
    table.fit(x, prior=0.0)
    codes = (x @ 2.0 ** torch.arange(5, -1, -1).double()).long()
    often = torch.bincount(codes, minlength=64).double() / 3_000
    with torch.no_grad():
        each: Tensor = torch.stack([-nats(table(row[None]), row[None]) for row in x[:200]]).exp()
    worst = float((each - often[codes[:200]]).abs().max())
    assert worst <= 1e-12
    measured("largest distance of the product from the share of the vector", worst, must="≤ 1e-12", n=200)


def test_the_order_on_digits(measured: Measured) -> None:
    """Of all 64 pixels independence and the chain; of the ten in the middle of two rows the whole table too."""
    independent, markov = tables()["independent"], tables()["markov"]
    assert all(a > b for a, b in zip(independent, markov, strict=True))
    measured("nats a test digit, independent pixels", sum(independent) / 3, n=len(SEEDS))
    measured("… a Markov chain", sum(markov) / 3, must="below independent, every seed", n=len(SEEDS))
    means = torch.zeros(3)
    for seed in SEEDS:
        split = binary(torch.Generator().manual_seed(seed))
        few = [row * 8 + column for row in (3, 4) for column in range(1, 6)]
        x_train, x_test = split.x_train[:, few], split.x_test[:, few]
        found = [held_out(table, x_train, x_test) for table in (Independent(10), Markov(10), ChainRule(10))]
        assert found[0] > found[1] > found[2]
        means += torch.tensor(found) / len(SEEDS)
    told = " > ".join(f"{mean:.2f}" for mean in means.tolist())
    measured("nats of ten pixels: independent, Markov, chain rule", told, must="falling, every seed", n=len(SEEDS))


def test_what_is_drawn_is_distributed_as_the_table_says(measured: Measured) -> None:
    table = scatter(Markov(4))
    drawn = sample(table, 40_000, 4, torch.Generator().manual_seed(0))
    codes = (drawn @ 2.0 ** torch.arange(3, -1, -1).float()).long()
    shares = torch.bincount(codes, minlength=16) / 40_000
    every_code = (torch.arange(16)[:, None] >> torch.arange(3, -1, -1) & 1).float()
    with torch.no_grad():
        p = torch.stack([-nats(table(row[None]), row[None]) for row in every_code]).exp()
    distance = float((shares - p).abs().sum() / 2)
    assert distance <= 0.01
    measured("total variation of 40,000 vectors drawn pixel by pixel", distance, must="≤ 0.01")
