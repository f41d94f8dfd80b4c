"""The bug zoo: three right training programs on digits, and twelve with one fault planted in each.

The faults are those of lists such as Karpathy 2019, "A recipe for training neural networks", and Zhang et al. 2018, "An
empirical study on TensorFlow program bugs".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.models.cnn import cnn
from seodang.models.mlp import mlp
from seodang.notebook.checking import Checkup, checkup
from seodang.notebook.program import Loss, Predict, Step

Data = tuple[Tensor, Tensor, Tensor, Tensor]


def unchanged(data: Data) -> Data:
    return data


@dataclass(frozen=True)
class Animal:
    """A training program, right or wrong."""

    model: Callable[[], nn.Module]
    data: Callable[[Data], Data] = unchanged
    loss: Loss = F.cross_entropy
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam
    trained: Callable[[nn.Module], Any] = nn.Module.parameters
    step: Step | None = None
    predict: Predict | None = None

    def checked(self, seed: int) -> Checkup:
        torch.manual_seed(seed)
        model = self.model()
        data = self.data(digits(torch.Generator().manual_seed(seed)))
        return checkup(
            model, self.loss, self.optimizer(self.trained(model)), data, step=self.step, predict=self.predict, language="en"
        )


class Rows(nn.Module):
    """An LSTM that reads an image row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.head = nn.LSTM(8, 32, batch_first=True), nn.Linear(32, 10)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.head(self.lstm(x.view(-1, 8, 8))[0][:, -1])
        return scores


class Unmasked(torch.autograd.Function):
    """A ReLU whose backward pass was written by hand, without the mask."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ARG004
        return x.relu()

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> Tensor:  # noqa: ARG004
        return slope


class Hand(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = Unmasked.apply(x)  # type: ignore[no-untyped-call]
        return out


def never_cleared(model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> None:
    model.train()
    F.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]
    optimizer.step()


def always_training(model: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        out: Tensor = model(x)
    return out


def frozen(model: nn.Sequential) -> nn.Sequential:
    model.get_parameter("0.weight").requires_grad_(False)
    return model


def dying(model: nn.Sequential) -> nn.Sequential:
    nn.init.constant_(model.get_parameter("0.bias"), -10.0)
    return model


def shuffled(data: Data) -> Data:
    x, y, x_test, y_test = data
    return x, y[torch.randperm(len(y))], x_test, y_test


def up_to_255(data: Data) -> Data:
    return data[0] * 255, data[1], data[2] * 255, data[3]


def leaked(data: Data) -> Data:
    """Resampled before it was split."""
    x, y, x_test, y_test = data
    return torch.cat([x, x_test[:100]]), torch.cat([y, y_test[:100]]), x_test, y_test


def off_by_one(data: Data) -> Data:
    """Test images are padded and cropped like the others, but one pixel too far to the right."""
    padded = F.pad(data[2].view(-1, 8, 8), (1, 1, 1, 1))
    return data[0], data[1], padded[:, 1:9, 2:10].flatten(1), data[3]


def dense() -> nn.Sequential:
    return mlp([64, 64, 64, 10])


def convolutional() -> nn.Sequential:
    return cnn((1, 8, 8), [16, 32], [64], dropout=0.2)


def with_dropout() -> nn.Module:
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 10))


SOUND = {
    "perceptron, SGD": Animal(dense, optimizer=partial(torch.optim.SGD, lr=0.1)),
    "convolutions with batch normalization and dropout, Adam": Animal(convolutional),
    "LSTM, Adam": Animal(Rows, optimizer=partial(torch.optim.Adam, lr=0.003)),
}
RIGHT = SOUND["perceptron, SGD"]
FAULTS: dict[str, tuple[Animal, str]] = {
    "gradients never cleared": (replace(RIGHT, step=never_cleared), "cleared gradients"),
    "softmax twice": (replace(RIGHT, model=lambda: nn.Sequential(dense(), nn.Softmax(1))), "softmax"),
    "softmax over the batch": (
        replace(RIGHT, model=lambda: nn.Sequential(dense(), nn.LogSoftmax(0)), loss=F.nll_loss),
        "axes",
    ),
    "predicting in training mode": (replace(RIGHT, model=with_dropout, predict=always_training), "prediction"),
    "labels shuffled": (replace(RIGHT, data=shuffled), "labels"),
    "pixels up to 255": (replace(RIGHT, data=up_to_255), "inputs"),
    "ReLU without its mask": (
        replace(RIGHT, model=lambda: nn.Sequential(nn.Linear(64, 64), Hand(), nn.Linear(64, 10))),
        "gradient",
    ),
    "learning rate 1,000 times too high": (replace(RIGHT, optimizer=partial(torch.optim.SGD, lr=100.0)), "step size"),
    "a layer frozen": (replace(RIGHT, model=lambda: frozen(dense())), "trained parameters"),
    "test examples in training": (replace(RIGHT, data=leaked), "leak"),
    "crop off by one": (replace(RIGHT, data=off_by_one), "test inputs"),
    "dead units": (replace(RIGHT, model=lambda: dying(dense())), "dead units"),
}
"""Each with the check that names it; others may be flagged beside it."""
