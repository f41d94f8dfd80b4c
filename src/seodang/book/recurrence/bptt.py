"""Why does the gradient vanish or explode on its way back through time?

Every step back multiplies it by the same recurrent matrix and by the slope of the activation, so it changes geometrically
(Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013). Four cells as they are drawn: torch's tanh cell, and linear
ones whose matrix is a rotation times 0.9, 1 and 1.1. Measured is the gradient of the last state by every input.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor, nn

from seodang.experiment import Claim, Experiment, knob
from seodang.models.rnn_cell import RNNCell, unroll


@dataclass(frozen=True)
class Parameters:
    """Steps in time and hidden units."""

    length: int = knob(50, low=3, high=400)
    hidden: int = knob(32, low=2, high=512)


class Linear(RNNCell):
    """h = W x + U h, where U is a rotation times a radius."""

    def __init__(self, hidden: int, radius: float) -> None:
        super().__init__(hidden, hidden)
        self.double()  # a rotation is one to as many digits as it is drawn with
        nn.init.orthogonal_(self.from_state.weight, gain=radius)
        nn.init.eye_(self.from_input.weight)

    def forward(self, x: Tensor, state: tuple[Tensor, ...] | None) -> tuple[Tensor, ...]:
        return (self.from_input(x) + self.from_state(x.new_zeros(x.shape) if state is None else state[0]),)


def travelled(p: Parameters, radius: float | None, seed: int) -> Mapping[str, float]:
    """First input's gradient over the last's, the factor a step, how straight its logarithm falls, what clipping does."""
    torch.manual_seed(seed)
    cell = (RNNCell(p.hidden, p.hidden) if radius is None else Linear(p.hidden, radius)).double()
    x = torch.randn(16, p.length, p.hidden, dtype=torch.double, requires_grad=True)
    way = torch.randn(p.hidden, dtype=torch.double)
    weights = list(cell.parameters())
    gradients = torch.autograd.grad((unroll(cell, x)[0][:, -1] @ way).sum(), [x, *weights])
    sizes = gradients[0].norm(dim=(0, 2))
    steps = torch.stack([torch.arange(p.length, dtype=torch.double), sizes.log()])
    spread = float(steps[1].std())
    for weight, gradient in zip(weights, gradients[1:], strict=True):
        weight.grad = gradient
    before = nn.utils.parameters_to_vector(list(gradients[1:]))
    nn.utils.clip_grad_norm_(weights, 1.0)
    after = torch.cat([weight.grad.flatten() for weight in weights if weight.grad is not None])
    ratio = float(sizes[0] / sizes[-1])
    return {
        "ratio": ratio,
        "factor": ratio ** (1 / (p.length - 1)),
        "straight": float(torch.corrcoef(steps)[0, 1] ** 2) if spread > 1e-9 else 1.0,
        "clipped": float(after.norm()),
        "turned": 1 - float(torch.cosine_similarity(before, after, dim=0)),
    }


def experiment(p: Parameters) -> Experiment:
    """torch's tanh cell, and rotations that shrink, keep and stretch."""
    radii = {"tanh": None, "shrinking": 0.9, "level": 1.0, "stretching": 1.1}
    powers = {name: radius ** (p.length - 1) for name, radius in radii.items() if radius}
    return Experiment(
        arms={name: partial(travelled, p, radius) for name, radius in radii.items()},
        metrics={name: itemgetter(name) for name in ("ratio", "factor", "straight", "clipped", "turned")},
        claims={
            "geometric": Claim(lambda a: a.tanh.straight, above=0.95),
            "power_of_the_radius": Claim(
                lambda a: max(abs(getattr(a, name).ratio / power - 1) for name, power in powers.items()), below=1e-6
            ),
            "torch_starts_vanishing": Claim(lambda a: a.tanh.ratio, below=1e-6),
            "clipping_keeps_direction": Claim(lambda a: a.stretching.clipped < 1.000001 and abs(a.stretching.turned) < 1e-9),
        },
    )
