"""What are the main differences between a convolutional and a recurrent network?

Both use the same weights at every place. A convolution looks at a window, all places at once; a recurrent network hands a
state on, one step after another (LeCun et al. 1998; Elman 1990; Bai, Kolter & Koltun 2018). Digits are read as 16 steps of 4
pixels; the longest chain of operations that have to wait for each other is counted in the graph that autograd keeps.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split, images
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.rnn_cell import RNNCell, unroll


@dataclass(frozen=True)
class Parameters:
    """32 units or filters, 300 steps of Adam."""

    hidden: int = knob(32, low=1, high=512)
    steps: int = knob(300, low=1, high=20_000)


class Steps(nn.Module):
    """A plain tanh network, and a linear layer on its last state."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.cell, self.head = RNNCell(4, hidden), nn.Linear(hidden, 10)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, 4) -> (batch, 10)
        return self.head(unroll(self.cell, x)[0][:, -1])  # type: ignore[no-any-return]


class Windows(nn.Module):
    """Two convolutions over time, five steps wide, and a linear layer on what the last places see, or on their maximum."""

    def __init__(self, hidden: int, pooled: bool) -> None:
        super().__init__()
        self.pooled = pooled
        self.one, self.two = nn.Conv1d(4, hidden, 5, padding=2), nn.Conv1d(hidden, hidden, 5, padding=2)
        self.head = nn.Linear(hidden if pooled else 4 * hidden, 10)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, 4) -> (batch, 10)
        seen = self.two(self.one(x.transpose(1, 2)).relu()).relu()
        return self.head(seen.amax(2) if self.pooled else F.adaptive_max_pool1d(seen, 4).flatten(1))  # type: ignore[no-any-return]


def strips(generator: torch.Generator) -> Split:
    """Digits as 16 steps of 4 pixels, half a row at a time."""
    split = images("digits").draw(generator)
    return split._replace(x_train=split.x_train.view(-1, 16, 4), x_test=split.x_test.view(-1, 16, 4))


def chain(trained: Trained, length: int) -> float:
    """Operations on the longest path from an input of so many steps to the answer."""
    x = trained.x_test[:1].repeat(1, 8, 1)[:, :length].clone().requires_grad_()
    depths: dict[object, int] = {}
    stack = [trained.model(x).grad_fn]
    while stack:
        node = stack[-1]
        below = [each for each, _ in node.next_functions if each is not None]
        if waiting := [each for each in below if each not in depths]:
            stack += waiting
        else:
            depths[stack.pop()] = 1 + max((depths[each] for each in below), default=0)
    return float(max(depths.values()))


def experiment(p: Parameters) -> Experiment:
    """A recurrent net, a convolutional one, and one that forgets where it saw something."""
    adam = partial(torch.optim.Adam, lr=0.005)
    base = Training(
        data=strips, model=partial(Steps, p.hidden), loss=F.cross_entropy, optimizer=adam, steps=p.steps, clip=1.0
    )
    return Experiment(
        arms={
            "rnn": base,
            "cnn": replace(base, model=partial(Windows, p.hidden, pooled=False)),
            "anywhere": replace(base, model=partial(Windows, p.hidden, pooled=True)),
        },
        metrics={"accuracy": Trained.accuracy, "chain_16": partial(chain, length=16), "chain_64": partial(chain, length=64)},
        claims={
            "cnn_reads_better": Claim(lambda a: a.cnn.accuracy - a.rnn.accuracy, above=0.02),
            "rnn_waits": Claim(lambda a: abs(a.rnn.chain_64 / a.rnn.chain_16 - 4), below=0.4),
            "cnn_does_not": Claim(lambda a: a.cnn.chain_64 == a.cnn.chain_16),
        },
    )
