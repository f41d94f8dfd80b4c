"""What is teacher forcing, and what goes wrong with it?

In training every step is given the true symbol before it, in use the model's own (Williams & Zipser 1989); so it has never
seen the state after a mistake of its own (Bengio et al. 2015). A GRU continues the sequence a, b, a + b, ... modulo 7, in
which every symbol follows from the two before: with the truth in training, with its own symbols, and with both in turn.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split
from seodang.experiment import Claim, Experiment, Trained, Training, knob


@dataclass(frozen=True)
class Parameters:
    """Symbols, length and training steps."""

    modulus: int = knob(7, low=2, high=50)
    length: int = knob(20, low=4, high=100)
    steps: int = knob(35, low=1, high=20_000)


def sums(generator: torch.Generator, modulus: int, length: int) -> Split:
    """(n, length) symbols and the next ones."""
    rows = list(torch.randint(modulus, (2, 4_000), generator=generator))
    for _ in range(length - 1):
        rows.append((rows[-1] + rows[-2]) % modulus)
    x = torch.stack(rows, 1)
    return Split(x[:3_500, :-1], x[:3_500, 1:], x[3_500:, :-1], x[3_500:, 1:])


class Continues(nn.Module):
    """A GRU that reads symbols and tells the next; from the third on it may be fed what it told itself."""

    def __init__(self, modulus: int, own: int) -> None:
        super().__init__()
        self.own = own
        self.embed, self.cell, self.head = nn.Embedding(modulus, 16), nn.GRUCell(16, 48), nn.Linear(48, modulus)

    def forward(self, x: Tensor, own: int | None = None) -> Tensor:
        """(batch, time) to scores (batch, time, symbols). Own symbols are fed in `own` of every two steps: 0, 1 or 2."""
        own = self.own if own is None else own
        h, scores = torch.zeros(len(x), 48, dtype=self.head.weight.dtype, device=x.device), list[Tensor]()
        for t, symbol in enumerate(x.unbind(1)):
            fed = scores[-1].argmax(-1) if t > 1 and t % 2 < own else symbol
            h = self.cell(self.embed(fed), h)
            scores.append(self.head(h))
        return torch.stack(scores, 1)


def loss(scores: Tensor, y: Tensor) -> Tensor:
    """The cross-entropy of every symbol but the second, which nothing determines."""
    return F.cross_entropy(scores[:, 1:].flatten(0, 1), y[:, 1:].flatten())


def right(trained: Trained, own: int, last: int) -> float:
    """The share of test symbols told rightly, of the last so many, when fed the truth (0) or its own symbols (2)."""
    with torch.no_grad():
        told = trained.model(trained.x_test, own).argmax(-1) == trained.y_test
    return float(told[:, -last:].float().mean())


def experiment(p: Parameters) -> Experiment:
    """The teacher always, never, and in every other step."""
    data = partial(sums, modulus=p.modulus, length=p.length)
    adam = partial(torch.optim.Adam, lr=0.01)
    taught = Training(data=data, model=partial(Continues, p.modulus, 0), loss=loss, optimizer=adam, steps=p.steps, batch=32)
    return Experiment(
        arms={
            "taught": taught,
            "in_turn": replace(taught, model=partial(Continues, p.modulus, 1)),
            "alone": replace(taught, model=partial(Continues, p.modulus, 2)),
        },
        metrics={
            "given_truth": partial(right, own=0, last=p.length - 1),
            "late_truth": partial(right, own=0, last=5),
            "late_alone": partial(right, own=2, last=5),
        },
        claims={
            "learns_faster": Claim(lambda a: a.taught.given_truth - a.alone.given_truth, above=0.2),
            "errors_pile_up": Claim(lambda a: a.taught.late_truth - a.taught.late_alone, above=0.1),
            "mixing_helps": Claim(lambda a: a.in_turn.late_alone - a.taught.late_alone, above=0),
        },
    )
