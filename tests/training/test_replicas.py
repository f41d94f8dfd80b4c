"""A replica is its seed's alone: nothing beside it, before it or around it changes a bit of it."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from training.trainings import CLASSES, TEST, TRAIN, clusters, training

from seodang.data import Split
from seodang.experiment import ExperimentError, Trained, Training
from seodang.training import STRATEGIES, Stopped, train
from seodang.training.dropout import Masked
from seodang.training.replica import Replica, stream

CPU = torch.device("cpu")
SAME_IN_ANY_CHUNK = [name for name in STRATEGIES if name != "stacked"]
"""`stacked` keeps the promise for most functions only (`training/tails.py`), and is chosen by nobody but who asks for it."""
every_strategy = pytest.mark.parametrize("strategy", STRATEGIES)


def states_equal(one: nn.Module, other: nn.Module) -> bool:
    """Whether two models hold the same bits."""
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def same(ones: Sequence[Trained], others: Sequence[Trained]) -> bool:
    """Whether the same seeds came out the same to the last bit."""
    return all(
        one.seed == other.seed and torch.equal(one.losses, other.losses) and states_equal(one.model, other.model)
        for one, other in zip(ones, others, strict=True)
    )


# ------------------------------------------------------------------------------------------------------------- chunking


@every_strategy
@pytest.mark.parametrize("model", ["mlp", "cnn", "embedding"])
def test_any_chunk_of_seeds_gives_the_same_bits(model: str, strategy: str) -> None:
    what = training(model, "adam", steps=8)
    seeds = list(range(5))
    whole = train(what, seeds, strategy=strategy)
    for size in (1, 2, 3):
        chunks = [train(what, seeds[start : start + size], strategy=strategy) for start in range(0, 5, size)]
        assert same([trained for chunk in chunks for trained in chunk], whole), f"chunks of {size}"


class Odd(nn.Module):
    """A function of 16 x 7 numbers and one of 16 numbers a replica: not what a vectorized kernel takes at once."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.hidden, self.narrow, self.read = nn.Linear(16, 7), nn.Linear(7, 1), nn.Linear(1, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        read: Tensor = self.read(self.function(self.narrow(self.function(self.hidden(x)))))
        return read


FUNCTIONS = (
    *(torch.sigmoid, torch.tanh, F.relu, F.gelu, F.silu, F.softplus, F.elu, F.selu, F.mish, F.leaky_relu, F.hardswish),
    *(F.logsigmoid, torch.exp, torch.atan, torch.sin),
)


@pytest.mark.parametrize("strategy", SAME_IN_ANY_CHUNK)
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_any_chunk_gives_the_same_bits_for_every_function(function: Callable[[Tensor], Tensor], strategy: str) -> None:
    what = dataclasses.replace(training("mlp", "adam", steps=6), model=partial(Odd, function))
    whole = train(what, range(5), strategy=strategy)
    for size in (2, 3):
        chunks = [train(what, range(5)[start : start + size], strategy=strategy) for start in range(0, 5, size)]
        assert same([trained for chunk in chunks for trained in chunk], whole), f"chunks of {size}"


@every_strategy
def test_the_order_of_the_seeds_gives_the_same_bits(strategy: str) -> None:
    what = training("cnn", steps=8)
    assert same(train(what, [2, 0, 1], strategy=strategy)[::-1], train(what, [1, 0, 2], strategy=strategy))


@every_strategy
@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_any_chunk_of_steps_gives_the_same_bits(model: str, strategy: str) -> None:
    def losses(chunks: Sequence[int]) -> Tensor:
        program = STRATEGIES[strategy]([Replica(training(model, "adam"), seed, CPU) for seed in (0, 1)])
        return torch.cat([program.advance(steps) for steps in chunks], dim=1)

    whole = losses([12])
    for chunks in ([1] * 12, [5, 5, 2], [11, 1]):
        assert torch.equal(losses(chunks), whole), chunks


@every_strategy
@pytest.mark.parametrize("model", ["cnn", "lstm"])
@pytest.mark.filterwarnings("ignore:There is a performance drop because we have not yet implemented the batching rule")
def test_a_training_repeated_gives_the_same_bits(model: str, strategy: str) -> None:
    what = training(model, steps=5)
    torch.manual_seed(1)
    before = train(what, [0, 1], strategy=strategy)
    torch.manual_seed(2)
    assert same(before, train(what, [0, 1], strategy=strategy))


@every_strategy
@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_torchs_global_random_state_is_left_as_it_was(model: str, strategy: str) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    train(training(model, steps=3), [0, 1], strategy=strategy)
    assert torch.equal(torch.get_rng_state(), before)


# -------------------------------------------------------------------------------------------------------- what is drawn


def test_every_seed_redraws_the_split_the_initialization_the_batches_and_the_masks() -> None:
    one, other = (Replica(training("cnn"), seed, CPU) for seed in (0, 1))
    assert not torch.equal(one.x_train, other.x_train)
    assert not torch.equal(one.indices(3), other.indices(3))
    name = one.masks.names[0]
    assert not torch.equal(one.draw_masks(1)[name], other.draw_masks(1)[name])
    for a, b in zip(one.model.parameters(), other.model.parameters(), strict=True):
        assert not torch.equal(a, b) or len(set(a.flatten().tolist())) == 1  # the scales of a normalization begin at 1


@pytest.mark.parametrize("purposes", list(pairwise(["split", "initialization", "batches", "dropout", "layers"])))
def test_the_streams_of_one_seed_are_independent(purposes: tuple[str, str]) -> None:
    one, other = (torch.rand(8, generator=stream(0, purpose)) for purpose in purposes)
    assert not torch.equal(one, other)


def test_batches_are_shuffled_epochs_end_to_end_without_a_short_batch() -> None:
    replica = Replica(training(), 0, CPU)
    used = torch.cat([replica.indices(7), replica.indices(8)])  # 15 batches of 16: four epochs of 60
    assert used.shape == (15, 16)
    for epoch in used.flatten().view(4, TRAIN):
        assert sorted(epoch.tolist()) == list(range(TRAIN))
    assert used.flatten()[:TRAIN].tolist() != list(range(TRAIN))


def test_dropout_keeps_its_share_scales_the_rest_and_drops_whole_channels_in_its_channel_form() -> None:
    replica = Replica(training("cnn"), 0, CPU)
    channels, units = replica.masks.names
    drawn = [{name: mask[0] for name, mask in replica.draw_masks(1).items()} for _ in range(300)]
    assert {tuple(masks[channels].shape) for masks in drawn} == {(16, 4, 1, 1)}
    assert {tuple(masks[units].shape) for masks in drawn} == {(16, 8)}
    for name, p in ((channels, 0.25), (units, 0.5)):
        masks = torch.stack([masks[name] for masks in drawn])
        assert sorted(set(masks.flatten().tolist())) == pytest.approx([0.0, 1 / (1 - p)])
        assert float((masks == 0).float().mean()) == pytest.approx(p, abs=0.02)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_dropout_of_nothing_and_of_everything_is_finite(p: float) -> None:
    what = dataclasses.replace(
        training(steps=3), model=lambda: nn.Sequential(nn.Linear(16, 8), nn.Dropout(p), nn.Linear(8, CLASSES))
    )
    for strategy in STRATEGIES:
        assert torch.isfinite(train(what, [0, 1], strategy=strategy)[0].losses).all()


# ----------------------------------------------------------------------------------------------------------- divergence


def broken_in_seed_one(generator: torch.Generator) -> Split:
    """The usual data, but one seed's training inputs are infinite."""
    split = clusters(generator)
    if generator.initial_seed() == stream(1, "split").initial_seed():
        split = split._replace(x_train=torch.full_like(split.x_train, torch.inf))
    return split


@every_strategy
@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_a_diverged_replica_harms_no_other_and_is_reported_with_its_step(model: str, strategy: str) -> None:
    what = training(model, "momentum", steps=6)
    broken = train(dataclasses.replace(what, data=broken_in_seed_one), [0, 1, 2], strategy=strategy)
    healthy = train(what, [0, 1, 2], strategy=strategy)
    assert [trained.diverged for trained in broken] == [None, 0, None]
    assert same([broken[0], broken[2]], [healthy[0], healthy[2]])


@every_strategy
def test_a_replica_that_diverges_on_the_way_is_reported_with_the_first_step_whose_loss_is_not_finite(
    strategy: str,
) -> None:
    def squared(output: Tensor, target: Tensor) -> Tensor:
        return ((output - (target[:, None] == torch.arange(CLASSES)).float()) ** 2).mean()

    what = dataclasses.replace(training(steps=40), loss=squared, optimizer=_far_too_fast)
    for trained in train(what, [0, 1], strategy=strategy):
        finite = torch.isfinite(trained.losses)
        assert trained.diverged is not None
        assert 0 < trained.diverged < 40
        assert finite[: trained.diverged].all()
        assert not finite[trained.diverged]


def _far_too_fast(parameters: Sequence[nn.Parameter]) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=1e6)


# --------------------------------------------------------------------------------------------------- what a metric sees


@every_strategy
def test_a_trained_model_is_the_authors_plain_module_in_evaluation_mode(strategy: str) -> None:
    trained = train(training("cnn", steps=4), [0, 1], strategy=strategy)[1]
    plain = training("cnn").model()
    plain.load_state_dict(trained.model.state_dict())
    for model in (trained.model, trained.initial):
        assert not any(module.training for module in model.modules())
        assert not any(isinstance(module, Masked) for module in model.modules())
    assert torch.equal(plain.eval()(trained.x_test), trained.model(trained.x_test))
    assert trained.accuracy() == trained.accuracy()


@every_strategy
def test_running_statistics_are_each_replicas_own(strategy: str) -> None:
    def statistics(trained: Trained) -> Tensor:
        return trained.model.get_buffer("2.running_mean")

    together = train(training("cnn", steps=4), [0, 1], strategy=strategy)
    assert not torch.equal(statistics(together[0]), statistics(together[1]))
    assert all(int(trained.model.get_buffer("2.num_batches_tracked")) == 4 for trained in together)
    assert all(bool((trained.initial.get_buffer("2.running_mean") == 0).all()) for trained in together)
    assert not statistics(together[0]).requires_grad, "a running statistic that carries a graph leaks memory"


@every_strategy
def test_the_initial_model_is_the_untrained_one(strategy: str) -> None:
    trained = train(training("mlp", steps=1), [0], strategy=strategy)[0]
    batch = Replica(training("mlp"), 0, CPU).indices(1)[0]
    loss = F.cross_entropy(trained.initial(trained.x_train[batch]), trained.y_train[batch]).detach()
    assert float(loss) == pytest.approx(float(trained.losses[0]), abs=1e-6)


@every_strategy
def test_training_learns(strategy: str) -> None:
    for trained in train(training("mlp", "adam", steps=150), [0, 1], strategy=strategy):
        assert trained.accuracy() > 0.8
        assert trained.losses[-5:].mean() < trained.losses[:5].mean() / 3


# ---------------------------------------------------------------------------------------------------------------- edges


@every_strategy
def test_a_batch_larger_than_the_data_is_the_whole_data(strategy: str) -> None:
    large, whole = (dataclasses.replace(training(steps=3), batch=batch) for batch in (10_000, TRAIN))
    assert same(train(large, [0, 1], strategy=strategy), train(whole, [0, 1], strategy=strategy))


@pytest.mark.parametrize(
    ("inputs", "targets", "sentence"),
    [
        (0, 0, "data: 0 training inputs for 0 targets; one target an input is needed, and one of each at least"),
        (5, 4, "data: 5 training inputs for 4 targets; one target an input is needed, and one of each at least"),
    ],
)
def test_data_without_samples_or_with_targets_missing_is_refused(inputs: int, targets: int, sentence: str) -> None:
    def cut(generator: torch.Generator) -> Split:
        split = clusters(generator)
        return split._replace(x_train=split.x_train[:inputs], y_train=split.y_train[:targets])

    with pytest.raises(ExperimentError) as refusal:
        train(dataclasses.replace(training(), data=cut), [0], strategy="loop")
    assert str(refusal.value) == sentence


@every_strategy
def test_one_sample_is_enough_to_train_on(strategy: str) -> None:
    what = dataclasses.replace(training(steps=2), data=lambda generator: clusters(generator).first(1))
    trained = train(what, [0, 1], strategy=strategy)[0]
    assert len(trained.x_train) == 1
    assert len(trained.x_test) == TEST


def test_an_unknown_strategy_is_refused_with_the_one_meant() -> None:
    with pytest.raises(ExperimentError) as refusal:
        train(training(), [0], strategy="stackd")
    assert str(refusal.value).startswith("strategy=stackd: did you mean 'stacked'? there is ")


@every_strategy
def test_a_training_asked_to_stop_stops_within_its_next_chunk_of_steps(strategy: str) -> None:
    told: list[int] = []

    def progress(step: int) -> bool:
        told.append(step)
        return len(told) < 2

    with pytest.raises(Stopped, match=r"^stopped after (\d+) of 20000 steps$"):
        train(training(steps=20_000), [0, 1], strategy=strategy, progress=progress)
    assert len(told) == 2
    assert 0 < told[0] < told[1] <= 3 * told[0]  # a chunk is at most twice as long as the one before


def _too_few(**changes: float) -> Training:
    return dataclasses.replace(training(), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"steps": 0}, "steps=0: a training needs at least 1"),
        ({"batch": -1}, "batch=-1: a training needs at least 1"),
        ({"clip": 0.0}, "clip=0.0: the largest gradient norm must be > 0"),
        ({"clip": float("nan")}, "clip=nan: the largest gradient norm must be > 0"),
    ],
)
def test_a_training_without_steps_samples_or_gradient_is_refused(changes: dict[str, float], sentence: str) -> None:
    with pytest.raises(ExperimentError) as refusal:
        _too_few(**changes)
    assert str(refusal.value) == sentence
