"""Ten small networks of different kinds, and the peak of a real step of theirs, as the allocator tells."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile, record_function
from torch.utils.checkpoint import checkpoint_sequential


class Subject(NamedTuple):
    """A network to measure: how it is made, and the shape of one example; word numbers if `words`."""

    make: Callable[[], nn.Module]
    shape: tuple[int, ...]
    words: bool = False

    @property
    def dtype(self) -> torch.dtype:
        return torch.long if self.words else torch.float32

    def examples(self, batch: int, dtype: torch.dtype = torch.float32) -> Tensor:
        return torch.zeros(batch, *self.shape, dtype=torch.long if self.words else dtype)


class Residual(nn.Module):
    """Two convolutions with batch norm, added to their input; ReLU in place."""

    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(filters)
        self.second = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.again = nn.BatchNorm2d(filters)
        self.short = nn.Conv2d(channels, filters, 1, stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm(self.first(x)), inplace=True)
        return F.relu(self.again(self.second(y)) + self.short(x), inplace=True)


class Concatenating(nn.Module):
    """DenseNet's step: new channels beside the old ones."""

    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(channels), nn.Conv2d(channels, growth, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.conv(F.relu(self.norm(x)))], 1)


class Recurrent(nn.Module):
    """A recurrent layer of which the last step is classified."""

    def __init__(self, layer: nn.RNNBase) -> None:
        super().__init__()
        self.layer, self.head = layer, nn.Linear(layer.hidden_size, 10)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.head(self.layer(x)[0][:, -1])
        return scores


class LanguageModel(nn.Module):
    """One causal attention layer and one of linear maps over word vectors; scores by the word vectors themselves (tied)."""

    def __init__(self, words: int = 64, width: int = 64, heads: int = 4, steps: int = 64) -> None:
        super().__init__()
        self.embedding, self.position = nn.Embedding(words, width), nn.Parameter(torch.zeros(steps, width))
        self.norm, self.split, self.mix = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide = nn.Sequential(
            *(nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Dropout(0.1), nn.Linear(4 * width, width))
        )
        self.scores = nn.Linear(width, words, bias=False)
        self.scores.weight = self.embedding.weight
        self.heads = heads

    def forward(self, numbers: Tensor) -> Tensor:
        x = self.embedding(numbers) + self.position
        batch, steps, width = x.shape
        parts = self.split(self.norm(x)).view(batch, steps, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = parts
        mixed = (
            F.scaled_dot_product_attention(query, key, value, is_causal=True).transpose(1, 2).reshape(batch, steps, width)
        )
        x = x + self.mix(mixed)
        out: Tensor = self.scores(x + self.wide(x))
        return out


def mlp() -> nn.Module:
    return nn.Sequential(*(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Dropout()), nn.Linear(512, 10))


def lenet() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
    )


def vgg() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(4096, 256), nn.ReLU(), nn.Linear(256, 10)),
    )


def resnet() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)),
        *(Residual(16, 16, 1), Residual(16, 32, 2), Residual(32, 64, 2)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)),
    )


def densenet() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(3, 16, 3, padding=1), Concatenating(16, 12), Concatenating(28, 12), Concatenating(40, 12)),
        *(nn.BatchNorm2d(52), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(52 * 256, 10)),
    )


def autoencoder() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU()),
        *(nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Sigmoid()),
    )


def encoder() -> nn.Module:
    layer = nn.TransformerEncoderLayer(64, 4, 256, batch_first=True)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


SUBJECTS = {
    "mlp": Subject(mlp, (784,)),
    "lenet": Subject(lenet, (1, 28, 28)),
    "vgg": Subject(vgg, (3, 32, 32)),
    "resnet": Subject(resnet, (3, 32, 32)),
    "densenet": Subject(densenet, (3, 32, 32)),
    "lstm": Subject(lambda: Recurrent(nn.LSTM(32, 128, batch_first=True)), (40, 32)),
    "gru": Subject(lambda: Recurrent(nn.GRU(32, 128, batch_first=True)), (20, 32)),
    "encoder": Subject(encoder, (64, 64)),
    "autoencoder": Subject(autoencoder, (1, 28, 28)),
    "language_model": Subject(LanguageModel, (64,), words=True),
}
SEQUENTIAL = ("mlp", "lenet", "vgg", "resnet", "densenet", "autoencoder")

Optimizing = Callable[..., torch.optim.Optimizer]

KNOWN = pytest.mark.skipif(
    not any(each in torch.backends.cpu.get_cpu_capability() for each in ("AVX2", "AVX512")),
    reason="oneDNN's layouts are known with AVX2 and AVX-512, and this processor has others",
)


@contextmanager
def recording() -> Iterator[list[Any]]:
    """The profiler's events of what runs inside, in the list once it is over.

    Without the collector of garbage: what an earlier test left in a circle would be given back in here.
    """
    events: list[Any] = []
    gc.collect()
    gc.disable()
    try:
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
            yield events
        profiler = record.profiler
        assert profiler is not None
        assert profiler.kineto_results is not None
        events += profiler.kineto_results.events()
    finally:
        gc.enable()


def measured_peak(
    subject: Subject, batch: int, optimizer: Optimizing, precision: str = "fp32", checkpointing: bool = False
) -> int:
    """The most bytes that the second of two real steps had in use, from the allocator's own record of every piece."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32

    def train() -> None:
        network = subject.make().to(dtype)
        updating = optimizer(network.parameters())
        for step in range(2):
            with record_function(f"step {step}"):
                x = subject.examples(batch, dtype)
                with torch.autocast("cpu", torch.bfloat16, enabled=precision == "mixed"):
                    output = _kept_in_part(network, x) if checkpointing else network(x)
                    loss = F.mse_loss(output.float(), torch.zeros_like(output, dtype=torch.float32))
                loss.backward()  # type: ignore[no-untyped-call]
                updating.step()
                updating.zero_grad()
                del x, output, loss

    train()  # libraries make what they keep for good
    with recording() as events:
        train()
    return _peak(events)


def _kept_in_part(network: nn.Module, x: Tensor) -> Tensor:
    """Checkpointed in about the square root of its length."""
    assert isinstance(network, nn.Sequential)
    out: Tensor = checkpoint_sequential(network, round(len(network) ** 0.5), x, use_reentrant=False)  # type: ignore[no-untyped-call]
    return out


def _peak(events: list[Any]) -> int:
    """Pieces taken and given back, in the order of their times; the most in use since the second step began."""
    begun = min(event.start_ns() for event in events if event.name() == "step 1")
    pieces = [(event.start_ns(), place, event.nbytes()) for place, event in enumerate(events) if event.name() == "[memory]"]
    in_use = peak = 0
    for time, _, size in sorted(pieces):
        in_use += size
        peak = max(peak, in_use) if time >= begun else peak
    return peak
