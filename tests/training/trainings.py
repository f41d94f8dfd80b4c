"""Small trainings of every kind of layer, for the contracts of the trainers."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split
from seodang.experiment import Training

TRAIN, TEST, CLASSES, VOCABULARY = 60, 20, 3, 12


class Recurrent(nn.Module):
    """A recurrent layer read at its last step; (batch, 16) numbers as 8 steps of 2."""

    def __init__(self, kind: Callable[..., nn.RNNBase]) -> None:
        super().__init__()
        self.layer = kind(2, 6, batch_first=True)
        self.read = nn.Linear(6, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        states: Tensor = self.layer(x.view(-1, 8, 2))[0]
        read: Tensor = self.read(states[:, -1])
        return read


class Words(nn.Module):
    """The mean of a sentence's word vectors; (batch, 16) words."""

    def __init__(self) -> None:
        super().__init__()
        self.vectors = nn.Embedding(VOCABULARY, 5)
        self.read = nn.Linear(5, CLASSES)

    def forward(self, words: Tensor) -> Tensor:
        read: Tensor = self.read(self.vectors(words).mean(1))
        return read


def cnn() -> nn.Module:
    """Convolution, batch normalization, channel and element dropout.

    Without a bias before the normalization: its gradient is nought but for rounding, which Adam would divide by itself.
    """
    return nn.Sequential(
        nn.Unflatten(1, (1, 4, 4)),
        nn.Conv2d(1, 4, 3, padding=1, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Dropout2d(0.25),
        nn.Flatten(),
        nn.Linear(64, 8),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(8, CLASSES),
    )


class Attending(nn.Module):
    """Self-attention over 8 places of 2 numbers, embedded, and read at their mean."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(2, 8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)
        self.read = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        places = self.embed(x.view(-1, 8, 2))
        attended, _ = self.attention(places, places, places, need_weights=False)
        read: Tensor = self.read(self.norm(places + attended).mean(1))
        return read


class HomeMade(nn.Module):
    """A user's own layer: a gated unit with a bare parameter, written with plain operations."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(16, 12) / 4)
        self.scale = nn.Parameter(torch.ones(()))
        self.read = nn.Linear(6, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = (x @ self.weight).chunk(2, dim=-1)
        read: Tensor = self.read(self.scale * value * torch.sigmoid(gate))
        return read


def pooled() -> nn.Module:
    """Strided convolution, maximum and average pooling, group normalization, a learned slope."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 4, 4)),
        nn.Conv2d(1, 4, 3, padding=1),
        nn.MaxPool2d(2),
        nn.PReLU(),
        nn.Conv2d(4, 6, 2, padding=1, stride=2),
        nn.GroupNorm(2, 6),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(6, CLASSES),
    )


MODELS: dict[str, Callable[[], nn.Module]] = {
    "mlp": lambda: nn.Sequential(nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, CLASSES)),
    "cnn": cnn,
    "layer_norm": lambda: nn.Sequential(nn.Linear(16, 8), nn.LayerNorm(8), nn.GELU(), nn.Linear(8, CLASSES)),
    "embedding": Words,
    "rnn": partial(Recurrent, nn.RNN),
    "lstm": partial(Recurrent, nn.LSTM),
    "gru": partial(Recurrent, nn.GRU),
    "attention": Attending,
    "pooled": pooled,
    "home_made": HomeMade,
}

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": partial(torch.optim.SGD, lr=0.1),
    "momentum": partial(torch.optim.SGD, lr=0.05, momentum=0.9, weight_decay=0.01),
    "nesterov": partial(torch.optim.SGD, lr=0.05, momentum=0.9, nesterov=True),
    "adam": partial(torch.optim.Adam, lr=0.01),
    "adamw": partial(torch.optim.AdamW, lr=0.01, weight_decay=0.1),
    "rmsprop": partial(torch.optim.RMSprop, lr=0.01),
    "adagrad": partial(torch.optim.Adagrad, lr=0.05),
    "adadelta": partial(torch.optim.Adadelta, lr=1.0),
}


def clusters(generator: torch.Generator) -> Split:
    """Three overlapping clouds of points in 16 dimensions."""
    y = torch.randint(CLASSES, (TRAIN + TEST,), generator=generator)
    centres = torch.randn(CLASSES, 16, generator=generator)
    x = centres[y] + torch.randn(len(y), 16, generator=generator)
    return Split(x[:TRAIN], y[:TRAIN], x[TRAIN:], y[TRAIN:])


def sentences(generator: torch.Generator) -> Split:
    """Sentences of 16 words; the class is that of the first word."""
    words = torch.randint(VOCABULARY, (TRAIN + TEST, 16), generator=generator)
    y = words[:, 0] % CLASSES
    return Split(words[:TRAIN], y[:TRAIN], words[TRAIN:], y[TRAIN:])


def training(model: str = "mlp", optimizer: str = "sgd", steps: int = 10, clip: float | None = None) -> Training:
    return Training(
        data=sentences if model == "embedding" else clusters,
        model=MODELS[model],
        loss=F.cross_entropy,
        optimizer=OPTIMIZERS[optimizer],
        steps=steps,
        batch=16,
        clip=clip,
    )
