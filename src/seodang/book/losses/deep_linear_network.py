"""What does one get by stacking linear layers without an activation between them?

One linear map: W3 W2 W1 is a matrix, of rank at most the narrowest layer. The function is that of one layer; the way there
is not, since a step changes all factors (Saxe, McClelland & Ganguli 2014). Thirty inputs and outputs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor, nn

from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp
from seodang.models.deep_linear import collapsed


@dataclass(frozen=True)
class Parameters:
    """Inputs and outputs, the width of a wide layer and of a bottleneck, and the learning rate of one step."""

    ends: int = knob(30, low=2, high=500)
    wide: int = knob(100, low=2, high=1_000)
    narrow: int = knob(3, low=1, high=30)
    lr: float = knob(0.1, above=0, high=10)


def step(net: nn.Module, x: Tensor, y: Tensor, lr: float) -> None:
    """One step of gradient descent on the squared error."""
    loss = (net(x) - y).square().mean()
    for parameter, slope in zip(net.parameters(), torch.autograd.grad(loss, list(net.parameters())), strict=True):
        parameter.data -= lr * slope


def stacked(p: Parameters, hidden: tuple[int, ...], activation: type[nn.Module], seed: int) -> Mapping[str, float]:
    """A stack beside the one layer that its matrices multiply to: outputs, rank, and after a step of each."""
    torch.manual_seed(seed)
    net = mlp([p.ends, *hidden, p.ends], activation).double()
    one = collapsed(net).double()
    x, y = (torch.randn(500, p.ends, dtype=torch.double) for _ in range(2))
    before = net(x).detach()
    made = {
        "output_gap": float((before - one(x)).detach().abs().max()),
        "rank": float(torch.linalg.matrix_rank(before - before.mean(0), rtol=1e-9)),
        "parameters": float(sum(part.numel() for part in net.parameters())),
        "needed": float(sum(part.numel() for part in one.parameters())),
    }
    step(net, x, y, p.lr)
    step(one, x, y, p.lr)
    return made | {"step_gap": float((net(x) - one(x)).detach().abs().max())}


def experiment(p: Parameters) -> Experiment:
    """One layer, three wide ones, three with a bottleneck, ten; and three with ReLU."""
    run = partial(partial, stacked, p)
    return Experiment(
        kind="derivation",
        arms={
            "single": run((), nn.Identity),
            "wide": run((p.wide, p.wide), nn.Identity),
            "bottleneck": run((p.wide, p.narrow), nn.Identity),
            "ten": run((p.wide,) * 9, nn.Identity),
            "relu": run((p.wide, p.wide), nn.ReLU),
        },
        metrics={name: itemgetter(name) for name in ("output_gap", "rank", "parameters", "needed", "step_gap")},
        claims={
            "one_matrix": Claim(lambda a: max(a.wide.output_gap, a.bottleneck.output_gap, a.ten.output_gap), below=1e-5),
            "rank_of_narrowest": Claim(lambda a: (a.wide.rank, a.bottleneck.rank) == (p.ends, p.narrow)),
            "same_step": Claim(lambda a: a.wide.step_gap, below=1e-5),
            "bend_matters": Claim(lambda a: a.relu.output_gap, above=0.01),
        },
    )
