"""Why do recurrent networks use tanh, when everything else uses ReLU?

The same matrix is applied at every step, so a state that may grow without bound does so exponentially; tanh keeps each
number of it within 1 (Elman 1990; Pascanu, Mikolov & Bengio 2013), and unlike the sigmoid it has slope 1 at 0. Digits are
read as 16 steps of 4 pixels with four activations, and the four cells are driven with a recurrent matrix of 2 I.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split, images
from seodang.experiment import Claim, Experiment, Trained, Training, knob

Activation = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Parameters:
    """32 hidden units, 300 steps of Adam; the gain of the recurrent matrix that the cells are driven with."""

    hidden: int = knob(32, low=1, high=512)
    lr: float = knob(0.005, above=0, high=1)
    steps: int = knob(300, low=1, high=20_000)
    gain: float = knob(2.0, low=0, high=10)


class Reader(nn.Module):
    """h = φ(W x + U h), the answer from the last h."""

    def __init__(self, activation: Activation, hidden: int) -> None:
        super().__init__()
        self.activation = activation
        self.from_input = nn.Linear(4, hidden)
        self.from_state = nn.Linear(hidden, hidden, bias=False)
        self.head = nn.Linear(hidden, 10)

    def last(self, x: Tensor) -> Tensor:  # (batch, time, 4) -> (batch, hidden)
        drive = self.from_input(x)
        h = self.activation(drive[:, 0])
        for step in drive.unbind(1)[1:]:
            h = self.activation(step + self.from_state(h))
        return h

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, 4) -> (batch, 10)
        scores: Tensor = self.head(self.last(x))
        return scores


def strips(generator: torch.Generator) -> Split:
    """Digits as 16 steps of 4 pixels, half a row at a time."""
    split = images("digits").draw(generator)
    return split._replace(x_train=split.x_train.view(-1, 16, 4), x_test=split.x_test.view(-1, 16, 4))


def peak(trained: Trained, gain: float) -> float:
    """The largest number of the state after 100 steps, before training, where the recurrent matrix is `gain` times I."""
    cell = copy.deepcopy(trained.initial)
    assert isinstance(cell, Reader)
    with torch.no_grad():
        cell.from_state.weight.copy_(gain * torch.eye(len(cell.from_state.weight)))
        return float(cell.last(trained.x_test.repeat(1, 7, 1)[:, :100]).abs().max())


def experiment(p: Parameters) -> Experiment:
    """tanh, ReLU, sigmoid, and no activation."""
    base = Training(
        data=strips,
        model=partial(Reader, torch.tanh, p.hidden),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.Adam, lr=p.lr),
        steps=p.steps,
        clip=1.0,
    )
    others: dict[str, Activation] = {"relu": torch.relu, "sigmoid": torch.sigmoid, "linear": nn.Identity()}
    return Experiment(
        arms={"tanh": base} | {name: replace(base, model=partial(Reader, f, p.hidden)) for name, f in others.items()},
        metrics={"accuracy": Trained.accuracy, "peak": partial(peak, gain=p.gain)},
        claims={
            "beats_sigmoid": Claim(lambda a: a.tanh.accuracy - a.sigmoid.accuracy, above=0.15),
            "level_with_relu": Claim(lambda a: abs(a.tanh.accuracy - a.relu.accuracy), below=0.04),
            "only_relu_grows": Claim(lambda a: a.tanh.peak <= 1 and a.relu.peak > 1e3),
        },
    )
