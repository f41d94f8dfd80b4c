"""Looks along the way: history and early stopping are each replica's own, and change nothing of the training."""

import dataclasses
import math
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from training.test_replicas import same, states_equal
from training.trainings import CLASSES, TRAIN, clusters, training

from seodang.experiment import EarlyStopping, ExperimentError
from seodang.training import STRATEGIES, train, train_arms

every_strategy = pytest.mark.parametrize("strategy", STRATEGIES)


@every_strategy
@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_looking_changes_no_bit_of_the_training(model: str, strategy: str) -> None:
    what = training(model, "adam", steps=20)
    plain, looked = (train(one, [0, 1, 2], strategy=strategy) for one in (what, dataclasses.replace(what, every=7)))
    assert same(plain, looked)
    assert looked[0].history.steps == (7, 14, 20)
    assert plain[0].history.steps == ()


@every_strategy
def test_the_last_look_is_what_the_metrics_see(strategy: str) -> None:
    what = dataclasses.replace(training("cnn", "adam", steps=20), every=10)
    for trained in train(what, [0, 1], strategy=strategy):
        assert trained.history.test_accuracy[-1] == pytest.approx(trained.accuracy(), abs=1e-6)
        assert trained.history.test_loss[-1] == pytest.approx(trained.test_loss(), abs=1e-5)
        assert trained.history.test_loss[0] != trained.history.test_loss[1]


@every_strategy
@pytest.mark.parametrize("clip", [None, 0.05])
def test_gradient_norms_are_those_of_the_step_by_layer(strategy: str, clip: float | None) -> None:
    """Plain SGD at lr 1 moves each layer by its gradient: the norm of the move is the norm of the gradient."""
    what = dataclasses.replace(training("mlp", steps=1, clip=clip), optimizer=partial(torch.optim.SGD, lr=1.0), every=1)
    for trained in train(what, [0, 1], strategy=strategy):
        assert list(trained.history.gradient_norms) == ["0", "2"]
        for layer, norms in trained.history.gradient_norms.items():
            pairs = zip(
                trained.model.get_submodule(layer).parameters(),
                trained.initial.get_submodule(layer).parameters(),
                strict=True,
            )
            moved = torch.cat([(after - before).detach().flatten() for after, before in pairs]).norm()
            assert norms == pytest.approx((float(moved),), rel=1e-3)


@every_strategy
def test_activations_are_those_of_the_trained_model_on_test_samples(strategy: str) -> None:
    what = dataclasses.replace(
        training(steps=8), model=lambda: nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, CLASSES)), every=8
    )
    trained = train(what, [0, 1], strategy=strategy)[0]
    assert list(trained.history.activations) == ["0", "1", "2"]
    seen = trained.history.activations["1"]
    with torch.no_grad():
        hidden = trained.model.get_submodule("0")(trained.x_test).relu()
    assert seen["zeros"][0] == pytest.approx(float((hidden == 0).float().mean()), abs=1e-6)
    assert seen["mean"][0] == pytest.approx(float(hidden.mean()), abs=1e-5)
    assert seen["std"][0] == pytest.approx(float(hidden.std(correction=0)), abs=1e-5)


def test_targets_that_are_no_classes_have_no_accuracy() -> None:
    def squared(output: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(output[:, 0], target.float())

    def numbers(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        x, y, x_test, y_test = clusters(generator)
        return x, y.float(), x_test, y_test.float()

    what = dataclasses.replace(training(steps=4), loss=squared, data=numbers, every=2)
    history = train(what, [0, 1])[0].history
    assert all(math.isnan(one) for one in history.test_accuracy)
    assert all(math.isfinite(one) for one in history.test_loss)


# -------------------------------------------------------------------------------------------------------- early stopping

OVERFITTING = dataclasses.replace(
    training("mlp", steps=400),
    optimizer=partial(torch.optim.SGD, lr=0.5),
    model=lambda: nn.Sequential(nn.Linear(16, 64), nn.Tanh(), nn.Linear(64, CLASSES)),
    stopping=EarlyStopping(every=10, patience=2, validation=0.25),
)


@every_strategy
def test_each_replica_is_stopped_by_itself_and_its_parameters_stay(strategy: str) -> None:
    stopped = train(OVERFITTING, range(6), strategy=strategy)
    steps = {trained.stopped for trained in stopped}
    assert len(steps) > 1, "the seeds stop at the same step: the test shows nothing"
    for trained in stopped:
        assert len(trained.losses) == (trained.stopped or OVERFITTING.steps)
        assert trained.diverged is None
        assert len(trained.x_train) == TRAIN - 15


@every_strategy
@pytest.mark.parametrize("best", [True, False])
def test_a_stopped_replica_is_as_if_trained_no_further(strategy: str, best: bool) -> None:
    stopping = EarlyStopping(every=10, patience=2, validation=0.25, best=best)
    what = dataclasses.replace(OVERFITTING, stopping=stopping)
    for trained in train(what, range(4), strategy=strategy):
        if trained.stopped is None:
            continue
        # The same split, never stopped: a patience that does not run out, and as many steps as were of use.
        last = trained.stopped - (20 if best else 0)
        patient = dataclasses.replace(stopping, patience=1000, best=False)
        shorter = dataclasses.replace(what, steps=last, stopping=patient)
        assert states_equal(train(shorter, [trained.seed], strategy=strategy)[0].model, trained.model)


@every_strategy
def test_arms_with_and_without_early_stopping_are_trained_as_each_is_alone(strategy: str) -> None:
    arms = {"long": dataclasses.replace(OVERFITTING, stopping=None), "early": OVERFITTING}
    both = train_arms(arms, range(3), strategies=dict.fromkeys(arms, strategy), threads=1)
    for name, arm in arms.items():
        alone = train(arm, range(3), strategy=strategy, threads=1)
        assert [t.stopped for t in both[name]] == [t.stopped for t in alone]
        assert all(states_equal(a.model, b.model) for a, b in zip(both[name], alone, strict=True))


def test_every_strategy_stops_where_the_plain_loop_does() -> None:
    asked = {name: [t.stopped for t in train(OVERFITTING, range(4), strategy=name)] for name in STRATEGIES}
    assert all(steps == asked["loop"] for steps in asked.values())
    assert any(asked["loop"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"every": 0}, "every=0: early stopping needs at least 1"),
        ({"patience": 0}, "patience=0: early stopping needs at least 1"),
        ({"validation": 1.0}, "validation=1.0: the share set aside must be between 0 and 1"),
    ],
)
def test_early_stopping_that_cannot_be_is_refused(changes: dict[str, float], sentence: str) -> None:
    with pytest.raises(ExperimentError) as refusal:
        EarlyStopping(**{"every": 5, **changes})  # type: ignore[arg-type]
    assert str(refusal.value) == sentence


def test_a_validation_set_without_samples_is_refused() -> None:
    what = dataclasses.replace(OVERFITTING, stopping=EarlyStopping(every=5, validation=0.001))
    with pytest.raises(ExperimentError, match=r"^validation=0.001: sets aside 0 of 60 training samples; one at least"):
        train(what, [0])
