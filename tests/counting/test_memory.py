"""Training memory as predicted, against what the allocator gave out in a real step: ten networks, within 5 %."""

from collections.abc import Iterator
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from counting.memory_networks import KNOWN, SEQUENTIAL, SUBJECTS, LanguageModel, Optimizing, Residual, measured_peak, mlp
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from seodang.counting.errors import CountingError
from seodang.counting.memory import Optimizer, Precision
from seodang.counting.saved import OPTIMIZERS, largest_batch, training_memory

CLOSE = pytest.approx(1, abs=0.05)
OURS: dict[Optimizer, Optimizing] = {
    "sgd": partial(torch.optim.SGD, lr=0.1),
    "momentum": partial(torch.optim.SGD, lr=0.1, momentum=0.9),
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
}


def ratio(name: str, batch: int, optimizer: Optimizer, precision: Precision = "fp32", checkpointing: bool = False) -> float:
    """Predicted bytes over measured ones."""
    subject = SUBJECTS[name]
    predicted = training_memory(
        subject.make(),
        subject.shape,
        batch,
        optimizer=optimizer,
        precision=precision,
        checkpointing=checkpointing,
        dtype=subject.dtype,
    ).total
    measured = measured_peak(subject, batch, OURS[optimizer], precision, checkpointing)
    print(f"{name} {optimizer} {precision}: {predicted / 1e6:.2f} MB / {measured / 1e6:.2f} MB = {predicted / measured:.4f}")
    return predicted / measured


@KNOWN
@pytest.mark.parametrize("batch", [8, 24])
@pytest.mark.parametrize("name", SUBJECTS)
def test_the_peak_of_a_step_is_predicted(name: str, batch: int) -> None:
    assert ratio(name, batch, "adam") == CLOSE


@pytest.fixture
def _without_onednn() -> Iterator[None]:
    torch._C._set_mkldnn_enabled(False)  # torch.backends.mkldnn.flags warns of GPUs that are not here
    yield
    torch._C._set_mkldnn_enabled(True)


@pytest.mark.usefixtures("_without_onednn")
@pytest.mark.parametrize("name", ["lenet", "vgg", "autoencoder"])
def test_with_pytorchs_own_convolutions(name: str) -> None:
    assert ratio(name, 8, "adam") == CLOSE


@KNOWN
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", ["mlp", "lenet"])
def test_with_every_optimizer(name: str, optimizer: Optimizer) -> None:
    assert ratio(name, 16, optimizer) == CLOSE


@pytest.mark.parametrize("precision", ["bf16", "mixed"])
@pytest.mark.parametrize("name", SUBJECTS)
def test_in_bfloat16_and_in_mixed_precision(name: str, precision: Precision) -> None:
    if not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        pytest.skip("this processor's kernels have no bfloat16")
    assert ratio(name, 16, "adam", precision) == CLOSE


@KNOWN
@pytest.mark.parametrize("name", SEQUENTIAL)
def test_with_checkpointing(name: str) -> None:
    assert ratio(name, 16, "adam", checkpointing=True) == CLOSE


class Blocks(nn.Module):
    """A list of blocks, checkpointed one by one where its learner writes so."""

    def __init__(self, checkpointing: bool = False) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Residual(16, 16, 1) for _ in range(6)])
        self.checkpointing = checkpointing

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False) if self.checkpointing else block(x)
        return x


def test_checkpointing_asked_for_is_the_checkpointing_one_writes() -> None:
    written = training_memory(Blocks(checkpointing=True), (16, 16, 16), 8)
    asked = training_memory(Blocks(), (16, 16, 16), 8, checkpointing=True)
    without = training_memory(Blocks(), (16, 16, 16), 8)
    assert asked.total == pytest.approx(written.total, rel=0.01)
    assert asked.total < 0.6 * without.total


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU: torch.cuda.max_memory_allocated tells nothing")
@pytest.mark.parametrize("name", ["mlp", "vgg", "resnet", "encoder"])
def test_the_peak_on_a_gpu_is_predicted(name: str) -> None:
    subject, batch = SUBJECTS[name], 256
    network = subject.make().cuda()
    updating = torch.optim.Adam(network.parameters())
    x = subject.examples(batch).cuda()
    outside = 0
    for _ in range(3):
        torch.cuda.reset_peak_memory_stats()
        output = network(x)
        loss = F.mse_loss(output, torch.zeros_like(output))
        loss.backward()  # type: ignore[no-untyped-call]
        updating.step()
        updating.zero_grad()
        ours = sum(t.nbytes for t in [*network.parameters(), *network.buffers(), x, output, loss])
        state = sum(t.nbytes for s in updating.state.values() for t in s.values() if t.is_cuda)
        outside = torch.cuda.memory_allocated() - ours - state  # cuBLAS keeps a workspace for good
        del output, loss
    predicted = training_memory(subject.make(), subject.shape, batch, device="cuda").total
    assert predicted / (torch.cuda.max_memory_allocated() - outside) == pytest.approx(1, abs=0.1)


def test_the_batch_that_is_told_is_the_largest_that_fits() -> None:
    subject, room = SUBJECTS["resnet"], 100_000_000
    traced = partial(training_memory, subject.make(), subject.shape, optimizer="adam")
    batch = largest_batch(room, traced)
    assert traced(batch).total <= room < traced(batch + 1).total


@pytest.mark.parametrize("name", ["mlp", "resnet", "lstm", "language_model"])
def test_one_trace_tells_every_other_batch(name: str) -> None:
    subject = SUBJECTS[name]
    traced = partial(training_memory, subject.make(), subject.shape, dtype=subject.dtype)
    assert traced(16).at(100).total == traced(100).total


def test_where_the_peak_is_moves_with_the_batch() -> None:
    memory = training_memory(mlp(), (784,), 1)
    assert (memory.stage, memory.at(10_000).stage) == ("update", "backward")
    numbers = sum(p.numel() for p in mlp().parameters())
    assert memory.stages["update"].gradients == 4 * numbers
    assert memory.stages["update"].optimizer == pytest.approx(8 * numbers, abs=4 * 6)  # and a count of steps a tensor
    assert memory.stages["forward"].gradients == 0


def kept(network: nn.Module, shape: tuple[int, ...], batch: int = 10) -> int:
    """Bytes that another example adds to the activations."""
    memory = training_memory(network, shape, batch, optimizer="sgd")
    return memory.at(batch + 1).saved - memory.saved


def test_relu_in_place_keeps_nothing_of_its_own() -> None:
    layers = [nn.Linear(64, 1000), nn.BatchNorm1d(1000)]
    beside = kept(nn.Sequential(*layers, nn.ReLU(), nn.Linear(1000, 1)), (64,))
    in_place = kept(nn.Sequential(*layers, nn.ReLU(inplace=True), nn.Linear(1000, 1)), (64,))
    assert beside == in_place  # what batch norm put out is not kept anyway


def test_a_view_keeps_nothing_more() -> None:
    flat = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10))
    twice = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Unflatten(1, (4, 36)), nn.Flatten(), nn.Linear(144, 10)
    )
    assert kept(flat, (1, 8, 8)) == kept(twice, (1, 8, 8))


def test_max_pooling_keeps_where_each_maximum_was() -> None:
    start = [nn.Conv2d(1, 8, 3, padding=1), nn.ReLU()]
    end = [nn.Flatten(), nn.Linear(8 * 16 * 16, 1)]
    maximum = kept(nn.Sequential(*start, nn.MaxPool2d(2), *end), (1, 32, 32))
    mean = kept(nn.Sequential(*start, nn.AvgPool2d(2), *end), (1, 32, 32))
    assert maximum - mean == 8 * (8 * 16 * 16)


def test_a_tied_weight_is_there_once() -> None:
    network = LanguageModel()
    memory = training_memory(network, (64,), 2, dtype=torch.long)
    assert memory.parameters == 4 * sum(parameter.numel() for parameter in network.parameters())


def test_a_network_without_memory_is_told_and_left_alone() -> None:
    with torch.device("meta"):
        network = nn.Sequential(nn.Linear(300_000, 300_000), nn.Linear(300_000, 10)).eval()
    before = [(name, id(parameter)) for name, parameter in network.named_parameters()]
    memory = training_memory(network, (300_000,), 32, optimizer="adamw")
    assert memory.total > 16 * 300_000**2  # 1.4 TB
    assert [(name, id(parameter)) for name, parameter in network.named_parameters()] == before
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not network.training


def test_a_shape_that_does_not_fit_is_named() -> None:
    with pytest.raises(CountingError) as raised:
        training_memory(mlp(), (100,), 4)
    assert str(raised.value) == (
        "a training step of Sequential on a batch of shape (4, 100) cannot be traced: a and b must have same reduction dim, "
        "but got [4, 100] X [784, 512]."
    )


def test_what_returns_nothing_that_is_trained_is_told() -> None:
    class Mute(nn.Linear):
        def forward(self, x: Tensor) -> None:  # type: ignore[override]
            super().forward(x)

    with pytest.raises(CountingError) as raised:
        training_memory(Mute(3, 3), (3,), 4)
    assert str(raised.value).endswith("cannot be traced: it returns no tensor on which a parameter has had a part")


def test_what_looks_at_values_cannot_be_traced() -> None:
    class Peeking(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) * (2 if x.sum() > 0 else 1)

    with pytest.raises(CountingError, match=r"^a training step of Peeking on a batch of shape \(4, 3\) cannot be traced: "):
        training_memory(Peeking(3, 3), (3,), 4)


def test_without_parameters_there_is_nothing_to_train() -> None:
    with pytest.raises(CountingError) as raised:
        training_memory(nn.ReLU(), (3,), 4)
    assert str(raised.value) == "ReLU has nothing to train: none of its parameters asks for a gradient"


def test_other_operations_for_another_batch_are_told() -> None:
    class Odd(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x + x if len(x) % 2 else x)

    with pytest.raises(CountingError) as raised:
        training_memory(Odd(3, 3), (3,), 4)
    assert str(raised.value) == ("Odd does other operations for a batch of 4 than for 5: its memory is no line in the batch")


def test_no_batch_is_refused() -> None:
    with pytest.raises(CountingError) as raised:
        training_memory(mlp(), (784,), 0)
    assert str(raised.value) == "a batch of 0: it takes one example or more"
