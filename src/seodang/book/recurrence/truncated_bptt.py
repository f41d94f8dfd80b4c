"""What does truncated back-propagation through time leave out, and why carry the state over?

A long sequence is cut into windows and the gradient stops at each cut, while the state goes on (Williams & Peng 1990). A GRU
reads a stream of random bits and says at every step which bit came six steps before: with windows longer and shorter than
that, with the state carried over the cut or begun anew.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split
from seodang.experiment import Claim, Experiment, Trained, Training, knob

LENGTH, HIDDEN = 24, 24


@dataclass(frozen=True)
class Parameters:
    """How long ago the bit was that is asked for, and the windows; streams of 24 bits, 24 units."""

    lag: int = knob(6, low=1, high=12)
    long: int = knob(12, low=1, high=24)
    short: int = knob(4, low=1, high=24)
    steps: int = knob(250, low=1, high=20_000)


def stream(generator: torch.Generator, lag: int) -> Split:
    """(n, 24, 1) bits as -1 and 1, and (n, 24) the bit `lag` steps before; 0 where there was none."""
    x = torch.randint(2, (2_500, LENGTH, 1), generator=generator) * 2.0 - 1
    y = F.pad(x[:, :-lag, 0], (lag, 0))
    return Split(x[:2_000], y[:2_000], x[2_000:], y[2_000:])


class Windowed(nn.Module):
    """A GRU whose gradient stops every `window` steps; its state goes on or begins anew."""

    def __init__(self, window: int, carried: bool = True) -> None:
        super().__init__()
        self.window, self.carried = window, carried
        self.layer, self.head = nn.GRU(1, HIDDEN, batch_first=True), nn.Linear(HIDDEN, 1)

    def forward(self, x: Tensor, window: int | None = None) -> Tensor:  # (batch, time, 1) -> (batch, time)
        state, outputs = x.new_zeros(1, len(x), HIDDEN), []
        for part in torch.split(x, window or self.window, 1):
            output, state = self.layer(part, state)
            outputs.append(output)
            state = state.detach() if self.carried else torch.zeros_like(state)
        return self.head(torch.cat(outputs, 1))[..., 0]  # type: ignore[no-any-return]


def loss(told: Tensor, y: Tensor) -> Tensor:
    """The squared error where there is a bit to tell."""
    return ((told - y) * y.abs()).square().sum() / y.abs().sum()


def right(trained: Trained) -> float:
    """The share of bits told rightly, where there is one to tell."""
    told = trained.model(trained.x_test).sign() == trained.y_test
    return float(told[trained.y_test != 0].float().mean())


def slope_gap(trained: Trained, before: bool) -> float:
    """How far the last answer's gradient is from that of full BPTT, over its size: within the last window, or before it."""
    model, x = cast(Windowed, trained.initial), trained.x_test[:1].clone().requires_grad_()
    cut, whole = (torch.autograd.grad(model(x, w)[0, -1], x)[0][0, :, 0] for w in (None, LENGTH))
    first = (LENGTH - 1) // model.window * model.window
    part = slice(0, first) if before else slice(first, None)
    return float((cut - whole)[part].abs().max() / whole[part].abs().max())


def experiment(p: Parameters) -> Experiment:
    """Long and short windows with the state carried over, and without."""
    data, adam, net = partial(stream, lag=p.lag), partial(torch.optim.Adam, lr=0.01), partial(Windowed, p.long)
    base = Training(data=data, model=net, loss=loss, optimizer=adam, steps=p.steps, batch=32)
    return Experiment(
        arms={
            "long": base,
            "long_anew": replace(base, model=partial(Windowed, p.long, carried=False)),
            "short": replace(base, model=partial(Windowed, p.short)),
            "short_anew": replace(base, model=partial(Windowed, p.short, carried=False)),
        },
        metrics={"right": right, "inside": partial(slope_gap, before=False), "outside": partial(slope_gap, before=True)},
        claims={
            "exact_inside": Claim(lambda a: max(a.long.inside, a.short.inside), below=1e-5),
            "long_learns": Claim(lambda a: a.long.right, above=0.95),
            "short_does_not": Claim(lambda a: a.short.right, below=0.6),
            "carrying_helps": Claim(lambda a: a.long.right - a.long_anew.right, above=0.1),
        },
    )
