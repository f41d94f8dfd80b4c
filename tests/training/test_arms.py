"""Arms in one program: each replica has its own numbers, and they are those it would have alone."""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from training.test_agreement import doubles, largest_difference
from training.test_replicas import same
from training.trainings import CLASSES, clusters, training

from seodang.data import Split
from seodang.experiment import ExperimentError, Training
from seodang.training import STRATEGIES, Stopped, strategies_for, train, train_arms
from seodang.training.kin import kin_of
from seodang.training.replica import Replica
from seodang.training.stacked import Stacked

__all__ = ["doubles"]

STACKING = [name for name in STRATEGIES if issubclass(STRATEGIES[name], Stacked)]
Schedule = Callable[[torch.optim.Optimizer], torch.optim.lr_scheduler.LRScheduler]


def dropped(p: float) -> nn.Module:
    return nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Dropout(p), nn.Linear(8, CLASSES))


def noisy_labels(generator: torch.Generator, share: float = 0.0) -> Split:
    split = clusters(generator)
    wrong = torch.rand(len(split.y_train), generator=generator) < share
    return split._replace(y_train=torch.where(wrong, (split.y_train + 1) % CLASSES, split.y_train))


BASE = dataclasses.replace(training(steps=12), model=partial(dropped, 0.2), data=noisy_labels)
ARMS: dict[str, Training] = {
    "base": BASE,
    "learning rate": dataclasses.replace(BASE, optimizer=partial(torch.optim.SGD, lr=0.01)),
    "weight decay": dataclasses.replace(BASE, optimizer=partial(torch.optim.SGD, lr=0.1, weight_decay=0.1)),
    "momentum": dataclasses.replace(BASE, optimizer=partial(torch.optim.SGD, lr=0.05, momentum=0.9)),
    "optimizer": dataclasses.replace(BASE, optimizer=partial(torch.optim.Adam, lr=0.01)),
    "clip": dataclasses.replace(BASE, clip=0.1),
    "schedule": dataclasses.replace(BASE, schedule=partial(torch.optim.lr_scheduler.StepLR, step_size=3, gamma=0.5)),
    "dropout rate": dataclasses.replace(BASE, model=partial(dropped, 0.6)),
    "label noise": dataclasses.replace(BASE, data=partial(noisy_labels, share=0.3)),
}


def test_arms_that_differ_in_numbers_share_one_program() -> None:
    kin = kin_of(list(ARMS.values()))
    assert all(one is BASE for one in kin)


class Wider(nn.Module):
    """A number that is neither parameter nor part: a step would be traced with that of the first arm."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor
        self.read = nn.Linear(16, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        read: Tensor = self.read(self.factor * x)
        return read


def closed(factor: float) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda output, target: factor * F.cross_entropy(output, target)


@pytest.mark.parametrize(
    "changes",
    [
        {"model": lambda: nn.Sequential(nn.Linear(16, 8), nn.Tanh(), nn.Dropout(0.2), nn.Linear(8, CLASSES))},
        {"model": lambda: nn.Sequential(nn.Linear(16, 9), nn.ReLU(), nn.Dropout(0.2), nn.Linear(9, CLASSES))},
        {"model": lambda: nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Dropout1d(0.2), nn.Linear(8, CLASSES))},
        {"loss": partial(F.cross_entropy, label_smoothing=0.1)},
        {"steps": 13},
        {"batch": 8},
        {"accumulate": 2},
    ],
    ids=["activation", "width", "layer", "loss", "steps", "batch", "accumulate"],
)
def test_arms_of_another_step_run_as_programs_of_their_own(changes: dict[str, object]) -> None:
    other = dataclasses.replace(BASE, **changes)  # type: ignore[arg-type]
    assert kin_of([BASE, other]) == [BASE, other]


@pytest.mark.parametrize("of", [partial, lambda make, value: lambda: make(value)], ids=["partial", "closure"])
def test_a_number_inside_a_module_or_a_loss_keeps_arms_apart(of: Callable[..., Callable[[], nn.Module]]) -> None:
    one, equal, other = (dataclasses.replace(BASE, model=of(Wider, factor)) for factor in (1.0, 1.0, 2.0))
    assert kin_of([one, equal, other]) == [one, one, other]
    mean, same_mean, double = (dataclasses.replace(BASE, loss=closed(factor)) for factor in (1.0, 1.0, 2.0))
    assert kin_of([mean, same_mean, double]) == [mean, mean, double]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_replica_has_the_same_bits_beside_other_arms_as_without_them(strategy: str) -> None:
    together = train_arms(ARMS, [0, 1, 2], strategies=dict.fromkeys(ARMS, strategy))
    for name, arm in ARMS.items():
        assert same(together[name], train(arm, [0, 1, 2], strategy=strategy)), name
    curves = [tuple(made[0].losses.tolist()) for made in together.values()]
    assert len(set(curves)) == len(ARMS)


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("strategy", STACKING)
def test_arms_in_one_program_walk_as_each_does_in_the_plain_loop(strategy: str) -> None:
    together = train_arms(ARMS, [0, 1], strategies=dict.fromkeys(ARMS, strategy))
    for name, arm in ARMS.items():
        assert largest_difference(train(arm, [0, 1], strategy="loop"), together[name]) <= 1e-12, name


def test_arms_of_other_architectures_run_side_by_side_and_come_back_under_their_names() -> None:
    arms = {"mlp": training("mlp", steps=50), "cnn": training("cnn", steps=70), "lstm": training("lstm", steps=3)}
    made = train_arms(arms, [0, 1])
    assert strategies_for(arms) == {"mlp": "captured", "cnn": "captured_loop", "lstm": "loop"}
    for name, arm in arms.items():
        assert [len(one.losses) for one in made[name]] == [arm.steps] * 2
        assert same(made[name], train(arm, [0, 1]))


def test_an_arm_against_itself_is_trained_once() -> None:
    made = train_arms({"one": BASE, "again": BASE}, [0, 1])
    assert same(made["one"], made["again"])


# ------------------------------------------------------------------------------------------- schedules and accumulation


SCHEDULES: dict[str, Schedule] = {
    "step": partial(torch.optim.lr_scheduler.StepLR, step_size=4, gamma=0.1),
    "cosine": partial(torch.optim.lr_scheduler.CosineAnnealingLR, T_max=12),
    "warm-up": partial(torch.optim.lr_scheduler.LinearLR, start_factor=0.1, total_iters=6),
    "one cycle": partial(torch.optim.lr_scheduler.OneCycleLR, max_lr=0.1, total_steps=13),
}


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("strategy", STACKING)
@pytest.mark.parametrize("optimizer", ["momentum", "adam", "rmsprop"])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_steps_as_in_the_plain_loop(schedule: str, optimizer: str, strategy: str) -> None:
    what = dataclasses.replace(training("mlp", optimizer, steps=12), schedule=SCHEDULES[schedule])
    assert largest_difference(train(what, [0, 1], strategy="loop"), train(what, [0, 1], strategy=strategy)) <= 1e-12


def test_a_schedule_changes_the_steps() -> None:
    plain, scheduled = (dataclasses.replace(training(steps=12), schedule=schedule) for schedule in (None, SCHEDULES["step"]))
    one, other = (train(what, [0])[0].losses for what in (plain, scheduled))
    assert torch.equal(one[:5], other[:5])  # the learning rate changes after the fourth update
    assert not torch.equal(one[5:], other[5:])


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_accumulated_batches_make_the_update_of_one_large_batch(strategy: str) -> None:
    """The mean of two halves' mean gradients is the whole's; the batches are drawn in the same order."""
    whole = training("mlp", "momentum", steps=12)
    halves = dataclasses.replace(whole, batch=8, accumulate=2)
    made = [train(what, [0, 1], strategy=strategy) for what in (whole, halves)]
    assert largest_difference(*made) <= 1e-12


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("strategy", STACKING)
def test_accumulation_with_dropout_normalization_and_clipping_walks_as_the_plain_loop(strategy: str) -> None:
    what = dataclasses.replace(training("cnn", "adam", steps=6, clip=0.3), accumulate=3)
    assert largest_difference(train(what, [0, 1], strategy="loop"), train(what, [0, 1], strategy=strategy)) <= 1e-12


FORMS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "rmsprop_centred": partial(torch.optim.RMSprop, lr=0.01, centered=True, weight_decay=0.1),
    "rmsprop_momentum": partial(torch.optim.RMSprop, lr=0.01, momentum=0.9),
    "adagrad_decay": partial(torch.optim.Adagrad, lr=0.05, lr_decay=0.1, weight_decay=0.1),
    "amsgrad": partial(torch.optim.Adam, lr=0.01, amsgrad=True, weight_decay=0.1),
    "adadelta_decay": partial(torch.optim.Adadelta, lr=1.0, weight_decay=0.1),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("doubles")
def test_every_form_of_an_optimizer_walks_captured_as_in_the_plain_loop(form: str) -> None:
    what = dataclasses.replace(training("mlp", steps=12), optimizer=FORMS[form])
    assert largest_difference(train(what, [0, 1], strategy="loop"), train(what, [0, 1], strategy="captured")) <= 1e-12


def grouped(parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """No weight decay on biases, as is often done."""
    listed = list(parameters)
    matrices, vectors = [p for p in listed if p.dim() > 1], [p for p in listed if p.dim() <= 1]
    groups: list[dict[str, Any]] = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors}]
    return torch.optim.SGD(groups, lr=0.1)


def test_an_optimizer_that_treats_parameters_differently_is_not_stacked() -> None:
    assert strategies_for({"": dataclasses.replace(training(steps=100), optimizer=grouped)}) == {"": "forked_loop"}


# --------------------------------------------------------------------------------------------- memory, lanes, stopping


class Small(Stacked):
    """A device whose memory holds three replicas."""

    def __init__(self, replicas: Sequence[Replica]) -> None:
        if len(replicas) > 3:
            raise torch.OutOfMemoryError("out of memory")
        super().__init__(replicas)


class Smallest(Small):
    """A device that holds nothing."""

    def __init__(self, replicas: Sequence[Replica]) -> None:
        super().__init__([*replicas] * 4)


def test_out_of_memory_halves_the_program_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    what = training(steps=5)
    plenty = train(what, range(10), strategy="stacked")
    monkeypatch.setitem(STRATEGIES, "small", Small)
    assert same(train(what, range(10), strategy="small", threads=1), plenty)


def test_a_replica_that_does_not_fit_alone_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STRATEGIES, "smallest", Smallest)
    with pytest.raises(torch.OutOfMemoryError):
        train(training(steps=5), range(4), strategy="smallest")


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("together", [2, 3, 5])
def test_threads_and_chunks_that_were_asked_for_change_no_bit(threads: int, together: int) -> None:
    what = training("cnn", "adam", steps=6)
    chosen = train(what, range(5), strategy="captured")
    assert same(train(what, range(5), strategy="captured", threads=threads, together=together), chosen)


def test_an_error_in_a_model_is_raised_as_it_is() -> None:
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.read = nn.Linear(16, CLASSES)

        def forward(self, _: Tensor) -> Tensor:
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match=r"^mine$"):
        train(dataclasses.replace(training(), model=Broken), [0, 1])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_stopping_leaves_no_thread_behind(strategy: str) -> None:
    before = threading.active_count()
    with pytest.raises(Stopped):
        train(training(steps=10**6), [0, 1, 2, 3], strategy=strategy, progress=lambda done: done < 100)
    assert threading.active_count() == before


def test_a_stop_takes_effect_while_two_programs_run() -> None:
    began = time.monotonic()
    asked: list[float] = []

    def progress(_: str, __: int) -> bool:
        if time.monotonic() - began < 0.5:
            return True
        asked.append(time.monotonic())
        return False

    arms = {"mlp": training("mlp", steps=10**6), "cnn": training("cnn", steps=10**6)}
    with pytest.raises(Stopped):
        train_arms(arms, [0, 1, 2, 3], progress=progress)
    assert time.monotonic() - asked[0] < 5  # a chunk is a quarter of a second on a quiet machine


def test_what_is_asked_for_and_unknown_is_refused() -> None:
    with pytest.raises(ExperimentError, match=r"^strategy=stakced: did you mean 'stacked'"):
        train_arms({"a": training()}, [0], strategies={"a": "stakced"})
