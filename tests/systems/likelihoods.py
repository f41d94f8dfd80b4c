"""What the tests of likelihood models share: black and white digits, trainings by likelihood, sizes and sums."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import torch
from torch import Tensor, nn

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Trained, Training
from seodang.models.likelihood import every, log_probability, nats
from seodang.models.markov import Independent, Markov, Table
from seodang.training import train

SEEDS = (0, 1, 2)
SIDE = 8


def binary(generator: torch.Generator) -> Split:
    """Digits in black and white, (1347, 64) and (450, 64); the targets are the pixels themselves."""
    split = digits(generator)
    x_train, x_test = (split.x_train >= 0.5).float(), (split.x_test >= 0.5).float()
    return Split(x_train, x_train, x_test, x_test)


def on_binary_digits(model: Callable[[], nn.Module], steps: int, lr: float) -> list[Trained]:
    """Trained by likelihood, a seed each."""
    training = Training(
        data=binary, model=model, loss=nats, optimizer=partial(torch.optim.Adam, lr=lr), steps=steps, batch=64
    )
    return train(training, SEEDS, threads=1, strategy="loop")


@cache
def tables() -> dict[str, list[float]]:
    """Nats a test digit of every seed's split, by the two tables that 64 pixels allow, one count added to each case."""
    found: dict[str, list[float]] = {"independent": [], "markov": []}
    for seed in SEEDS:
        split = binary(torch.Generator().manual_seed(seed))
        for name, table in (("independent", Independent(64)), ("markov", Markov(64))):
            found[name].append(held_out(table, split.x_train, split.x_test))
    return found


def held_out(table: Table, x_train: Tensor, x_test: Tensor) -> float:
    """Nats a test sample of a table that counted the training samples."""
    table.fit(x_train, prior=1.0)
    with torch.no_grad():
        return float(nats(table(x_test), x_test))


def gains(trained: list[Trained], over: str) -> list[float]:
    """By how many nats a test digit each seed's model is better than the table of its split."""
    return [table - each.test_loss() for each, table in zip(trained, tables()[over], strict=True)]


@torch.no_grad()
def total(model: nn.Module, n: int) -> float:
    """The sum of the probabilities of all 2^n vectors, in double precision; the model is moved there."""
    x = every(n).double()
    return float(log_probability(model.double()(x), x).exp().sum())


def influence(model: nn.Module, n: int) -> Tensor:
    """(n, n) how far score i moves with pixel j, at a random image, in size."""
    x = torch.rand(n)
    jacobian: Tensor = torch.autograd.functional.jacobian(lambda image: model(image[None])[0], x)  # type: ignore[no-untyped-call]
    return jacobian.abs()


def size(model: nn.Module) -> int:
    """How many parameters it has."""
    return sum(parameter.numel() for parameter in model.parameters())
