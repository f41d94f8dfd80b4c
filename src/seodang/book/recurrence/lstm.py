"""Which problem of recurrent networks does the LSTM solve, and what is its cell state for?

A plain recurrent network multiplies the gradient by its matrix and a tanh slope at every step back, so it fades with the
distance. The cell state is carried on by a sum, c = f c + i g, and along it the gradient is multiplied by f alone, which a
gate can hold near 1 (Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000). The adding problem needs just that.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.adding import adding
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.recurrent import lstm, rnn


@dataclass(frozen=True)
class Parameters:
    """Sequences of 40 numbers, 32 hidden units, 1,100 steps of Adam."""

    length: int = knob(40, low=2, high=400)
    hidden: int = knob(32, low=1, high=512)
    forget_bias: float = knob(1.0, low=-10, high=10)
    lr: float = knob(0.01, above=0, high=1)
    steps: int = knob(1_100, low=1, high=20_000)
    batch: int = knob(64, low=1, high=1_024)


def reach(model: nn.Module, x: torch.Tensor) -> float:
    """The gradient of the answer by the first number of a sequence, as a multiple of that by the last."""
    x = x[:200].detach().requires_grad_()  # (sequences, time, 2)
    sizes = torch.autograd.grad(model(x).sum(), x)[0][:, :, 0].abs().mean(dim=0)  # (time,)
    return float(sizes[0] / sizes[-1])


def reach_before(trained: Trained) -> float:
    """`reach` of the untrained model."""
    return reach(trained.initial, trained.x_test)


def reach_after(trained: Trained) -> float:
    """`reach` of the trained model."""
    return reach(trained.model, trained.x_test)


def experiment(p: Parameters) -> Experiment:
    """A plain recurrent network, an LSTM as torch starts it, and one whose forget gates start open."""
    plain = Training(
        data=partial(adding, length=p.length),
        model=partial(rnn, 2, p.hidden, 1),
        loss=F.mse_loss,
        optimizer=partial(torch.optim.Adam, lr=p.lr),
        steps=p.steps,
        batch=p.batch,
        clip=1.0,
    )
    return Experiment(
        arms={
            "rnn": plain,
            "lstm": replace(plain, model=partial(lstm, 2, p.hidden, 1)),
            "lstm_open": replace(plain, model=partial(lstm, 2, p.hidden, 1, p.forget_bias)),
        },
        metrics={"loss": Trained.test_loss, "reach_before": reach_before, "reach_after": reach_after},
        claims={
            "rnn_guesses": Claim(lambda arms: arms.rnn.loss, above=0.12),
            "lstm_learns": Claim(lambda arms: arms.lstm_open.loss, below=0.01),
            "open_gate_not_needed": Claim(lambda arms: arms.lstm.loss, below=0.01),
            "gradient_reaches": Claim(lambda arms: arms.lstm_open.reach_before / arms.rnn.reach_before, above=1e4),
        },
    )
