"""How is dropout applied in a recurrent network: where, and with a new mask at every step or one for the whole sequence?

What carries the memory must not be dropped anew at every step, so Zaremba, Sutskever & Vinyals (2014) drop between layers
only; Gal & Ghahramani (2016) drop what the gates see of the last output, by one mask a sequence. An LSTM learns the adding
problem from 300 sequences; masks are drawn by the seed like everything else, and there are none when it is tested.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.adding import adding
from seodang.experiment import Batch, Claim, Experiment, Trained, Training, Turn, knob

HIDDEN = 16


@dataclass(frozen=True)
class Parameters:
    """The share of units dropped, the length and number of sequences, the training steps."""

    share: float = knob(0.25, low=0, below=1)
    length: int = knob(12, low=4, high=100)
    train: int = knob(300, low=64, high=20_000)
    steps: int = knob(400, low=1, high=20_000)


class Dropped(nn.Module):
    """An LSTM that is handed its masks: on the cell state, on what its gates see, or on its answer."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
        self.cell, self.head = nn.LSTMCell(2, HIDDEN), nn.Linear(HIDDEN, 1)

    def forward(self, x: Tensor, masks: Tensor | None = None) -> Tensor:
        """x (batch, time, 2), masks (batch, time, hidden), all 1 if there are none: (batch, 1)."""
        masks = x.new_ones(len(x), x.shape[1], HIDDEN) if masks is None else masks
        h, c = x.new_zeros(2, len(x), HIDDEN)
        for step, mask in zip(x.unbind(1), masks.unbind(1), strict=True):
            h, c = self.cell(step, (h * mask if self.where == "gates" else h, c * mask if self.where == "cell" else c))
        return self.head(h * masks[:, -1] if self.where == "answer" else h)  # type: ignore[no-any-return]


def drawn(n: int, generator: torch.Generator, length: int, share: float, kept: bool) -> Tensor:
    """(n, length, hidden) masks of 0 and 1 / (1 - share): one a sequence, kept over time, or a new one every step."""
    kept_units = torch.rand(n, 1 if kept else length, HIDDEN, generator=generator) >= share
    return kept_units.expand(-1, length, -1).float() / (1 - share)


def masked(net: nn.Module, batch: Batch) -> Tensor:
    """The squared error with this step's masks."""
    return F.mse_loss(net(batch.x, batch.noise), batch.y)


def error(trained: Trained, on: str) -> float:
    """The squared error without masks, on the test or the training set."""
    told = trained.model(getattr(trained, f"x_{on}"))
    return float(F.mse_loss(told, getattr(trained, f"y_{on}")).detach())


def experiment(p: Parameters) -> Experiment:
    """No dropout; on the answer; on the cell anew; on what the gates see, anew and by one mask a sequence."""
    anew, same = (partial(drawn, length=p.length, share=p.share, kept=kept) for kept in (False, True))
    data, turn = partial(adding, length=p.length, train=p.train), Turn(masked, partial(torch.optim.Adam, lr=0.01))
    plain = Training(
        data=data, model=partial(Dropped, "nowhere"), turns=(turn,), steps=p.steps, batch=32, clip=1.0, noise=anew
    )
    gates = replace(plain, model=partial(Dropped, "gates"))
    return Experiment(
        arms={
            "plain": plain,
            "answer": replace(plain, model=partial(Dropped, "answer")),
            "cell_anew": replace(plain, model=partial(Dropped, "cell")),
            "gates_anew": gates,
            "gates_same": replace(gates, noise=same),
        },
        metrics={"loss": partial(error, on="test"), "train_loss": partial(error, on="train")},
        claims={
            "anew_erases": Claim(lambda a: a.cell_anew.loss / a.plain.loss, above=3),
            "gates_may_be_dropped": Claim(lambda a: a.gates_anew.loss / a.cell_anew.loss, below=0.5),
            "same_beats_anew": Claim(lambda a: a.gates_same.loss / a.gates_anew.loss, below=1),
            "helps_here": Claim(lambda a: min(a.gates_same.loss, a.answer.loss) / a.plain.loss, below=1),
        },
    )
