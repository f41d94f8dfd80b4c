"""How do the plain RNN, LSTM and GRU differ in what they cost and learn, and what does each gate of the GRU do alone?

One block of weights, four, three (Elman 1990; Hochreiter & Schmidhuber 1997; Cho et al. 2014). All read the adding problem
at length 20. Two more GRUs lack a gate: r = 1, so that the candidate always sees the state, or z = 0, so that nothing is
kept past it. A second task asks for forgetting: how many numbers above 1/2 came after the last mark, over the length?
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split
from seodang.data.adding import adding
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.recurrent import lstm, rnn


@dataclass(frozen=True)
class Parameters:
    """Sequences of 20 steps, 16 hidden units, 500 steps of Adam."""

    length: int = knob(20, low=4, high=200)
    hidden: int = knob(16, low=1, high=256)
    steps: int = knob(500, low=1, high=20_000)


class GRU(nn.Module):
    """h = z h + (1 - z) tanh(W x + r U h), the answer from the last h; without a gate, r is 1 or z is 0."""

    def __init__(self, hidden: int, without: str = "") -> None:
        super().__init__()
        self.without, self.blocks = without, 2 if without else 3
        self.from_input, self.from_state = (nn.Linear(n, self.blocks * hidden) for n in (2, hidden))
        self.head = nn.Linear(hidden, 1)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, 2) -> (batch, 1)
        h = x.new_zeros(len(x), self.from_state.in_features)
        for step in self.from_input(x).unbind(1):
            from_h = self.from_state(h)
            gates = torch.sigmoid(step + from_h).chunk(self.blocks, -1)
            r = 1.0 if self.without == "reset" else gates[0]
            z = 0.0 if self.without == "update" else gates[-2]
            h = z * h + (1 - z) * torch.tanh(step.chunk(self.blocks, -1)[-1] + r * from_h.chunk(self.blocks, -1)[-1])
        return self.head(h)  # type: ignore[no-any-return]


def resetting(generator: torch.Generator, length: int) -> Split:
    """The adding problem's sequences; asked is how many numbers above 1/2 came after the last mark, over the length."""
    x, _, x_test, _ = adding(generator, length, train=10_000)
    both = torch.cat([x, x_test])
    y = ((both[..., 0] > 0.5) & (both[..., 1].flip(1).cumsum(1).flip(1) == 0)).sum(1, keepdim=True) / length
    return Split(x, y[: len(x)], x_test, y[len(x) :])


def parameters(trained: Trained) -> float:
    """How many there are without the head."""
    return float(sum(each.numel() for name, each in trained.model.named_parameters() if "head" not in name))


def experiment(p: Parameters) -> Experiment:
    """RNN, LSTM, GRU, the GRU without either gate; and two GRUs on the second task."""
    net, adam = partial(rnn, 2, p.hidden, 1), partial(torch.optim.Adam, lr=0.01)
    first, second = (partial(draw, length=p.length) for draw in (adding, resetting))
    base = Training(data=first, model=net, loss=F.mse_loss, optimizer=adam, steps=p.steps, batch=32, clip=1.0)
    gru, no_reset, no_update = (replace(base, model=partial(GRU, p.hidden, gate)) for gate in ("", "reset", "update"))
    return Experiment(
        arms={
            "rnn": base,
            "lstm": replace(base, model=partial(lstm, 2, p.hidden, 1, 1.0)),
            "gru": gru,
            "no_reset": no_reset,
            "no_update": no_update,
            "gru_anew": replace(gru, data=second),
            "no_reset_anew": replace(no_reset, data=second),
        },
        metrics={"loss": Trained.test_loss, "parameters": parameters},
        claims={
            "one_four_three": Claim(lambda a: a.lstm.parameters / 4 == a.gru.parameters / 3 == a.rnn.parameters),
            "both_learn": Claim(lambda a: max(a.lstm.loss, a.gru.loss) < 0.01 < 0.1 < a.rnn.loss),
            "update_is_needed": Claim(lambda a: a.no_update.loss / a.gru.loss, above=5),
            "reset_is_not_needed": Claim(lambda a: a.no_reset.loss, below=0.01),
            "reset_is_for_starting_anew": Claim(lambda a: a.no_reset_anew.loss / a.gru_anew.loss, above=2),
        },
    )
