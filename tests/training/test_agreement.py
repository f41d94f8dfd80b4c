"""The plain loop is the oracle: every other strategy takes the same step and walks the same way."""

import dataclasses
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from training.trainings import CLASSES, MODELS, OPTIMIZERS, Recurrent, training

from seodang.experiment import Trained, Training
from seodang.training import STRATEGIES, strategy_for, train
from seodang.training.captured import Captured
from seodang.training.replica import Replica

SEEDS = [3, 4, 5]
ONE_STEP = 2e-6
"""Largest difference after one step from the same state in float32: a few units in the last place of numbers near 1."""
WHOLE_WAY = 1e-12
"""Largest difference after a whole short training in float64."""
OTHERS = [name for name in STRATEGIES if name != "loop"]
FUSED = "ignore:There is a performance drop because we have not yet implemented the batching rule"


@pytest.fixture
def doubles() -> Iterator[None]:
    """Everything in float64; restored afterwards, as the default is global."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def largest_difference(ones: list[Trained], others: list[Trained]) -> float:
    """Between losses, parameters and buffers of the same seeds."""
    largest = 0.0
    for one, other in zip(ones, others, strict=True):
        assert one.seed == other.seed
        states = zip(one.model.state_dict().values(), other.model.state_dict().values(), strict=True)
        for a, b in [(one.losses, other.losses), *states]:
            assert a.shape == b.shape
            assert torch.isfinite(a).all()
            assert not a.requires_grad
            assert not b.requires_grad
            largest = max(largest, float((a.double() - b.double()).abs().max()))
    return largest


def differ(what: Training, strategy: str) -> float:
    return largest_difference(train(what, SEEDS, strategy="loop"), train(what, SEEDS, strategy=strategy))


@pytest.mark.filterwarnings(FUSED)
@pytest.mark.parametrize("strategy", OTHERS)
@pytest.mark.parametrize("model", MODELS)
def test_one_step_equals_the_loop_for_every_kind_of_layer(model: str, strategy: str) -> None:
    assert differ(training(model, steps=1), strategy) <= ONE_STEP


@pytest.mark.parametrize("strategy", OTHERS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_one_step_equals_the_loop_for_every_optimizer(optimizer: str, strategy: str) -> None:
    # Adam and its kin divide a gradient by its own size: where it is nearly nought, rounding shows in the update.
    assert differ(training("mlp", optimizer, steps=1), strategy) <= 10 * ONE_STEP


@pytest.mark.filterwarnings(FUSED)
@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("strategy", OTHERS)
@pytest.mark.parametrize("model", MODELS)
def test_a_whole_training_in_float64_equals_the_loop_for_every_kind_of_layer(model: str, strategy: str) -> None:
    assert differ(training(model, "momentum", steps=12), strategy) <= WHOLE_WAY


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("strategy", OTHERS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("clip", [None, 0.3])
def test_a_whole_training_in_float64_equals_the_loop_for_every_optimizer(
    optimizer: str, strategy: str, clip: float | None
) -> None:
    assert differ(training("cnn", optimizer, steps=12, clip=clip), strategy) <= WHOLE_WAY


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_gradient_is_clipped_to_a_norm_of_each_replica(strategy: str) -> None:
    """Plain SGD at lr 1 moves a replica by its clipped gradient: never further than `clip`, though the others add to it."""
    clip = 0.01
    base = training("mlp", steps=1, clip=clip)
    for trained in train(dataclasses.replace(base, optimizer=_sgd_of_one), SEEDS, strategy=strategy):
        pairs = zip(trained.model.parameters(), trained.initial.parameters(), strict=True)
        moved = torch.cat([(after - before).detach().flatten() for after, before in pairs]).norm()
        assert float(moved) == pytest.approx(clip, rel=1e-3)


def _sgd_of_one(parameters: Iterator[nn.Parameter]) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=1.0)


# ------------------------------------------------------------------------------------- models written in unusual ways


class OneDropoutTwice(nn.Module):
    """A single dropout layer called twice, on different shapes."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.read, self.dropout = nn.Linear(16, 8), nn.Linear(8, CLASSES), nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        read: Tensor = self.read(self.dropout(self.hidden(self.dropout(x))))
        return read


def one_dropout_in_two_places() -> nn.Module:
    dropout = nn.Dropout(0.5)
    return nn.Sequential(nn.Linear(16, 8), dropout, nn.Linear(8, 8), dropout, nn.Linear(8, CLASSES))


class Frozen(nn.Module):
    """A first layer that is not trained."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Linear(16, 8).requires_grad_(False)
        self.read = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        read: Tensor = self.read(self.features(x).relu())
        return read


class Tied(nn.Module):
    """The same matrix there and back."""

    def __init__(self) -> None:
        super().__init__()
        self.there, self.back = nn.Linear(16, 16), nn.Linear(16, 16)
        self.back.weight = self.there.weight

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.back(self.there(x).tanh())[:, :CLASSES]
        return out


class DrawsForItself(Frozen):
    """Dropout as a function, drawing from torch's global generator."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.dropout(x, 0.5, self.training))


class Branches(Frozen):
    """Control flow that depends on values."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x if bool(x.sum() > 0) else -x)


@pytest.mark.parametrize("model", [OneDropoutTwice, one_dropout_in_two_places, Frozen, Tied])
def test_models_written_in_unusual_ways_take_the_same_steps_stacked(model: Callable[[], nn.Module]) -> None:
    what = dataclasses.replace(training(steps=5), model=model)
    assert strategy_for(dataclasses.replace(what, steps=300)) == "captured"
    assert differ(what, "captured") <= 10 * ONE_STEP
    assert differ(what, "captured_loop") <= 10 * ONE_STEP


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_frozen_layer_stays_as_it_was_drawn(strategy: str) -> None:
    what = dataclasses.replace(training("mlp", "momentum"), model=Frozen)
    for trained in train(what, SEEDS, strategy=strategy):
        before, after = (model.state_dict() for model in (trained.initial, trained.model))
        assert torch.equal(before["features.weight"], after["features.weight"])
        assert not torch.equal(before["read.weight"], after["read.weight"])


def forgetful_lstm() -> nn.Module:
    """Its dropout between the layers draws from torch's global generator."""
    return Recurrent(partial(nn.LSTM, num_layers=2, dropout=0.5))


@pytest.mark.parametrize("model", [DrawsForItself, Branches, forgetful_lstm])
def test_what_cannot_be_written_down_falls_back_to_the_loop(model: Callable[[], nn.Module]) -> None:
    what = dataclasses.replace(training(steps=300), model=model)
    assert strategy_for(what) == "forked_loop"
    assert torch.isfinite(train(what, SEEDS)[0].losses).all()


@pytest.mark.parametrize("optimizer", [torch.optim.Adafactor, torch.optim.Rprop, torch.optim.LBFGS])
def test_an_optimizer_that_would_mix_replicas_falls_back_to_the_loop(
    optimizer: Callable[..., torch.optim.Optimizer],
) -> None:
    assert strategy_for(dataclasses.replace(training(steps=300), optimizer=optimizer)) == "forked_loop"


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("model", ["mlp", "layer_norm", "embedding", "attention", "home_made"])
def test_ordinary_models_are_stacked(model: str, optimizer: str) -> None:
    assert strategy_for(training(model, optimizer, steps=300)) == "captured"


@pytest.mark.parametrize("model", ["cnn", "pooled", "rnn", "lstm", "gru"])
def test_recurrent_layers_and_convolutions_are_captured_one_by_one(model: str) -> None:
    assert strategy_for(training(model, steps=300)) == "captured_loop"


def test_large_products_are_captured_one_by_one() -> None:
    wide = dataclasses.replace(
        training(steps=300), model=lambda: nn.Sequential(nn.Linear(16, 4096), nn.Linear(4096, CLASSES))
    )
    assert strategy_for(wide) == "captured"
    wider = dataclasses.replace(
        wide, model=lambda: nn.Sequential(nn.Linear(16, 4096), nn.Linear(4096, 512), nn.Linear(512, CLASSES))
    )
    assert strategy_for(wider) == "captured_loop"


@pytest.mark.parametrize("model", MODELS)
def test_a_few_steps_are_not_worth_writing_down(model: str) -> None:
    assert strategy_for(training(model, steps=20)) == "loop"


class Noted(nn.Module):
    """A layer with a random tensor that is neither parameter nor buffer: each replica has its own."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(16, CLASSES)
        self.note = torch.randn(CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.linear(x)
        return out + self.note


def test_a_model_with_a_tensor_that_is_no_buffer_is_not_stacked() -> None:
    assert strategy_for(dataclasses.replace(training(steps=100), model=Noted)) == "forked_loop"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_many_captured_steps_run_without_python_between_them(model: str, optimizer: str) -> None:
    what = training(model, optimizer, steps=300)
    chosen = STRATEGIES[strategy_for(what)]
    assert issubclass(chosen, Captured)
    program = chosen([Replica(what, seed, torch.device("cpu")) for seed in SEEDS[: chosen.most]])
    program.advance(3)
    assert isinstance(program.steps, torch.jit.ScriptModule)
