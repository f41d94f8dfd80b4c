"""Transfer: features of one task, frozen or tuned further, on another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from systems.conftest import Measured
from torch import Tensor, nn

from seodang.data.digits import digits, everything
from seodang.data.split import Split
from seodang.experiment import Trained, Training
from seodang.models.cnn import cnn
from seodang.training import train

SEEDS = (0, 1, 2)


def small() -> nn.Sequential:
    """The convolutional net of the transfer; all but its last layer are features."""
    return cnn((1, 8, 8), [16, 32], [64], batch_norm=False)


def begun_with(source: nn.Module) -> nn.Sequential:
    """The source's features, and a last layer drawn anew."""
    net = small()
    if not net[-1].weight.is_meta:  # the engine plans with a net that has no numbers
        net.load_state_dict(source.state_dict())
        net[-1].reset_parameters()  # type: ignore[operator]
    return net


def noisy(x: Tensor, generator: torch.Generator) -> Tensor:
    return (x + 0.35 * torch.randn(x.shape, generator=generator)).clamp(0, 1)


def on_its_side(x: Tensor, _: torch.Generator) -> Tensor:
    return x.view(-1, 8, 8).rot90(1, (1, 2)).flatten(1)


def moved(x: Tensor, _: torch.Generator) -> Tensor:
    return x.view(-1, 8, 8).roll((1, 1), (1, 2)).flatten(1)


TARGETS = {"noisy": noisy, "on its side": on_its_side, "moved": moved}


@pytest.mark.slow
@pytest.mark.system(name="transfer")
def test_features_of_digits_help_with_like_digits_and_harm_with_others(measured: Measured) -> None:
    """Three targets, 2 or 10 labels a class: the features frozen, tuned further, or a net begun anew."""
    found: dict[tuple[str, int, str], float] = {}
    base = Training(data=digits, model=small, loss=F.cross_entropy, optimizer=partial(torch.optim.Adam, lr=0.003), steps=60)
    for seed in SEEDS:
        generator = torch.Generator().manual_seed(seed)
        x, y = everything()
        order = torch.randperm(len(x), generator=generator)
        x, y = x[order], y[order]
        source = one(base, Split(x[:700], y[:700], x[1300:], y[1300:]), small, seed, steps=200, batch=64).model
        for target, change in TARGETS.items():
            known, asked = change(x[700:1300], generator), change(x[1300:], generator)
            for k in (2, 10):
                rows = torch.cat([(y[700:1300] == c).nonzero()[:k, 0] for c in range(10)])
                split = Split(known[rows], y[700:1300][rows], asked, y[1300:])
                accuracies = {
                    "frozen": frozen(source, split),
                    "tuned": one(base, split, partial(begun_with, source), seed).accuracy(),
                    "anew": one(base, split, small, seed).accuracy(),
                }
                for arm, accuracy in accuracies.items():
                    found[target, k, arm] = found.get((target, k, arm), 0.0) + accuracy / len(SEEDS)
    for target in TARGETS:
        for k in (2, 10):
            told = ", ".join(f"{found[target, k, arm]:.3f}" for arm in ("frozen", "tuned", "anew"))
            measured(f"accuracy frozen, tuned, anew: {target}, {k} labels a class", told, n=3)
    helps, harms = (found[t, 2, "frozen"] - found[t, 2, "anew"] for t in ("noisy", "on its side"))
    measured("noisy digits, 2 labels: frozen above anew", helps, must="≥ 0.04", n=3)
    measured("digits on their side, 2 labels: frozen above anew (negative transfer)", harms, must="≤ -0.08", n=3)
    assert helps >= 0.04
    assert harms <= -0.08
    assert found["moved", 10, "tuned"] >= found["moved", 10, "anew"] - 0.005


def one(
    base: Training, split: Split, model: Callable[[], nn.Module], seed: int, steps: int = 60, batch: int = 20
) -> Trained:
    training = Training(
        data=lambda _: split, model=model, loss=base.loss, optimizer=base.optimizer, steps=steps, batch=batch
    )
    return train(training, [seed], threads=1, strategy="loop")[0]


def frozen(source: nn.Module, split: Split) -> float:
    """Logistic regression on the features of the source, which stay as they are."""
    assert isinstance(source, nn.Sequential)
    with torch.no_grad():
        known, asked = (source[:-1](x).numpy() for x in (split.x_train, split.x_test))
    model = LogisticRegression(max_iter=5_000).fit(known, split.y_train.numpy())
    return float(model.score(asked, split.y_test.numpy()))
