"""What do the three gates of an LSTM do, and which of them can be left out?

The input gate decides what is written, the forget gate what is kept, the output gate what is shown. The cell of 1997 had no
forget gate (Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000), and Greff et al. 2017 took gates out one by
one. Here on the adding problem: of twenty numbers two are marked, and their sum is asked at the end.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F

from seodang.data.adding import adding
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.deep_rnn import DeepRNN, ManyToOne
from seodang.models.lstm_gates import LSTMCell
from seodang.models.rnn_cell import State


@dataclass(frozen=True)
class Parameters:
    """Sequences of 20 numbers, 16 hidden units, 600 steps of Adam, forget gates that begin open."""

    length: int = knob(20, low=2, high=200)
    hidden: int = knob(16, low=1, high=256)
    lr: float = knob(0.01, above=0, high=1)
    steps: int = knob(600, low=1, high=20_000)
    forget_bias: float = knob(1.0, low=-10, high=10)


def answering(cell: partial[LSTMCell], hidden: int) -> ManyToOne:
    """A layer of these cells with a linear head on the last state."""
    return ManyToOne(DeepRNN(cell, 2, hidden), 1)


def parameters(trained: Trained) -> float:
    """How many there are in the cell."""
    return float(sum(each.numel() for name, each in trained.model.named_parameters() if "head" not in name))


def opening(trained: Trained) -> float:
    """How much further open the input gate is where a number is marked than where it is not; 0 without that gate."""
    assert isinstance(trained.model, ManyToOne)
    cell = next(iter(trained.model.layers.layers))[0]  # type: ignore[index]
    assert isinstance(cell, LSTMCell)
    if "input" not in cell.blocks:
        return 0.0
    x, gates = trained.x_test, []
    state: State | None = None
    with torch.no_grad():
        for step in x.unbind(1):
            h = state[0] if state else step.new_zeros(len(x), cell.hidden)
            rows = slice(cell.blocks.index("input") * cell.hidden, (cell.blocks.index("input") + 1) * cell.hidden)
            gates.append(torch.sigmoid((cell.from_input(step) + cell.from_state(h))[:, rows]).mean(1))
            state = cell(step, state)
    opened, marked = torch.stack(gates, 1), x[:, :, 1] > 0
    return float(opened[marked].mean() - opened[~marked].mean())


def experiment(p: Parameters) -> Experiment:
    """All gates, and one gate less."""
    cell = partial(LSTMCell, forget_bias=p.forget_bias)
    full = Training(
        data=partial(adding, length=p.length),
        model=partial(answering, cell, p.hidden),
        loss=F.mse_loss,
        optimizer=partial(torch.optim.Adam, lr=p.lr),
        steps=p.steps,
        batch=32,
        clip=1.0,
    )

    def without(gate: str) -> Training:
        left = partial(LSTMCell, without=(gate,), forget_bias=None if gate == "forget" else p.forget_bias)
        return replace(full, model=partial(answering, left, p.hidden))

    return Experiment(
        arms={"full": full} | {f"no_{gate}": without(gate) for gate in ("input", "forget", "output")},
        metrics={"loss": Trained.test_loss, "parameters": parameters, "opening": opening},
        claims={
            "input_gate_is_needed": Claim(lambda a: a.no_input.loss / a.full.loss, above=4),
            "forget_gate_is_not": Claim(lambda a: a.no_forget.loss, below=0.01),
            "output_gate_is_not": Claim(lambda a: a.no_output.loss / a.full.loss, below=3),
            "opens_at_marks": Claim(lambda a: a.full.opening, above=0.2),
        },
    )
