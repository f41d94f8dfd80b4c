"""Search for hyper-parameters by Optuna: grid, random, TPE, successive halving, Hyperband, for the same number of steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial

import numpy as np
import optuna
import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured

from seodang.data.digits import digits
from seodang.experiment import Training
from seodang.models.mlp import mlp
from seodang.training import train_arms

STEPS, LOOK, BUDGET = 64, 4, 16
DECADES = 8
EXPONENTS = np.arange(-9, 7.75, 0.25)
GOOD = -0.75
"""The learning rate that does well is 10 to the power of about this."""
SEEDS = (0, 1, 2)
OFFSETS = 15


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(before)


@cache
def curves() -> list[np.ndarray]:
    """By seed (rates, looks): the accuracy of a small perceptron along its training at every learning rate."""
    base = Training(
        data=digits,
        model=partial(mlp, (64, 32, 10)),
        loss=F.cross_entropy,
        optimizer=torch.optim.SGD,
        steps=STEPS,
        every=LOOK,
    )
    arms = {
        f"rate_{number}": replace(base, optimizer=partial(torch.optim.SGD, lr=10.0**exponent, momentum=0.9))
        for number, exponent in enumerate(EXPONENTS)
    }
    made = train_arms(arms, SEEDS, threads=1)
    return [np.array([made[arm][each].history.test_accuracy for arm in arms]) for each in range(len(SEEDS))]


Search = Callable[[int, int], optuna.Study]
"""Makes a study of so many axes with a seed."""


def grid(axes: int, seed: int) -> optuna.Study:
    levels = round(BUDGET ** (1 / axes))
    points = [(level + 0.5) / levels for level in range(levels)]
    return optuna.create_study(
        direction="maximize", sampler=optuna.samplers.GridSampler({f"axis_{k}": points for k in range(axes)}, seed=seed)
    )


def drawn(axes: int, seed: int, pruner: optuna.pruners.BasePruner | None = None) -> optuna.Study:  # noqa: ARG001
    sampler = optuna.samplers.RandomSampler(seed=seed)
    # Hyperband deals out its brackets by the study's name, which is random if not given.
    return optuna.create_study(
        direction="maximize", study_name=f"{seed}", sampler=sampler, pruner=pruner or optuna.pruners.NopPruner()
    )


def tpe(axes: int, seed: int) -> optuna.Study:  # noqa: ARG001
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=8)
    return optuna.create_study(direction="maximize", sampler=sampler, pruner=optuna.pruners.NopPruner())


def halving(axes: int, seed: int) -> optuna.Study:
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=LOOK, reduction_factor=4)
    return drawn(axes, seed, pruner)


def hyperband(axes: int, seed: int) -> optuna.Study:
    pruner = optuna.pruners.HyperbandPruner(min_resource=LOOK, max_resource=STEPS, reduction_factor=4)
    return drawn(axes, seed, pruner)


SEARCHES: Mapping[str, Search] = {
    "grid": grid,
    "random": drawn,
    "TPE": tpe,
    "successive halving": halving,
    "Hyperband": hyperband,
}


def best(search: Search, axes: int, curve: np.ndarray, start: float, seed: int) -> tuple[float, int]:
    """The best accuracy found, and the trials begun, in as many steps as 16 whole trainings take.

    Only the first axis matters: it is the learning rate's exponent, from `start` over eight decades.
    """
    spent = 0

    def objective(trial: optuna.Trial) -> float:
        nonlocal spent
        values = [trial.suggest_float(f"axis_{k}", 0, 1) for k in range(axes)]
        accuracies = curve[np.abs(EXPONENTS - (start + DECADES * values[0])).argmin()]
        for step, accuracy in zip(range(LOOK, STEPS + 1, LOOK), accuracies, strict=True):
            spent += LOOK
            trial.report(accuracy, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return float(accuracies[-1])

    def stop_in_time(study: optuna.Study, _: object) -> None:
        if spent > (BUDGET - 1) * STEPS:  # the last trial may need the steps of a whole training
            study.stop()

    study = search(axes, seed)
    study.optimize(objective, callbacks=[stop_in_time])
    return study.best_value, len(study.trials)


def over_offsets(search: Search, axes: int) -> tuple[float, float]:
    """Mean accuracy found and mean trials begun, over windows in which the good rate lies anywhere."""
    found = []
    for seed, curve in zip(SEEDS, curves(), strict=True):
        places = np.random.default_rng(seed).uniform(size=OFFSETS)
        found += [best(search, axes, curve, GOOD - DECADES * place, k) for k, place in enumerate(places)]
    accuracy, trials = np.mean(found, axis=0)
    return float(accuracy), float(trials)


@pytest.mark.slow
@pytest.mark.system(name="automl")
def test_of_equal_budgets_a_grid_finds_least_on_four_axes_and_most_on_one(measured: Measured) -> None:
    """A budget of 1,024 steps; the window's offset decides by luck whether a coarse grid meets the good rate."""
    n = len(SEEDS) * OFFSETS
    found = {(axes, name): over_offsets(search, axes) for axes in (1, 4) for name, search in SEARCHES.items()}
    for (axes, name), (accuracy, trials) in found.items():
        measured(f"{name}, {axes} {'axis' if axes == 1 else 'axes'}: mean best accuracy", accuracy, n=n)
        if axes == 4:
            measured(f"{name}: trials begun with 1,024 steps", trials, n=n)
    gain = {name: found[4, name][0] - found[4, "grid"][0] for name in SEARCHES}
    one = found[1, "grid"][0] - found[1, "random"][0]
    measured("random above grid on four axes", gain["random"], must="≥ 0.10", n=n)
    measured("grid above random on one axis", one, must="≥ 0.01", n=n)
    measured("successive halving above random on four axes", gain["successive halving"] - gain["random"], must="> 0", n=n)
    assert gain["random"] >= 0.10
    assert one >= 0.01
    assert gain["TPE"] >= 0.10
    assert gain["successive halving"] > gain["random"]
    assert found[4, "successive halving"][1] >= 2 * BUDGET


@pytest.mark.system(name="automl")
def test_how_often_a_good_band_is_met_is_as_counted(measured: Measured) -> None:
    """Good is 5 % of one axis, at random; 64 trials. Random: 1 - 0.95⁶⁴. A grid of m levels on that axis: 0.05 m."""
    rng, draws = np.random.default_rng(0), 4_000
    start = rng.uniform(size=draws)[:, None]  # the axis is a ring: no place on it is special
    tried = rng.uniform(size=(draws, 64))
    random = float(((tried - start) % 1 < 0.05).any(1).mean())
    assert abs(random - (1 - 0.95**64)) <= 0.02
    measured("random search meets the band", random, must="0.962 ± 0.02", n=draws)
    for axes, levels in ((2, 8), (3, 4), (6, 2)):
        points = (np.arange(levels) + 0.5) / levels
        met = float(((points - start) % 1 < 0.05).any(1).mean())
        assert abs(met - 0.05 * levels) <= 0.02
        measured(f"a grid on {axes} axes does", met, must=f"{0.05 * levels:.2f} ± 0.02", n=draws)
