"""Do large batches end in sharper minima, and is that why they generalize worse?

Keskar et al. 2017 saw it; Dinh et al. 2017 answered that sharpness can be made any number without changing the function.
A network on 600 digits with batches of 8 and of 600, each stopped at the same training loss, because with cross-entropy a
lower loss is flatter for that alone: at one rate, and each at the rate that gets there in the fewest updates. Sharpness is
the largest eigenvalue of the Hessian, by power iteration. Then the first layer is multiplied by 10 and the second divided
by it, which for ReLU changes no output.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp

METRICS = ("sharpness", "rescaled", "accuracy", "loss", "updates", "moved")


@dataclass(frozen=True)
class Parameters:
    """Training images; the best rate for small batches, of 0.2 to 1 (for the whole set, of 0.5 to 3, it is twice that);
    the loss at which training stops, and after how many updates at the latest."""

    data: str = knob("digits", choices=NAMES)
    count: int = knob(600, low=16, high=60_000)
    lr: float = knob(0.5, above=0, high=10)
    loss: float = knob(0.01, above=0, high=2)
    steps: int = knob(10_000, low=1, high=50_000)


def sharpness(net: nn.Sequential, x: Tensor, y: Tensor) -> float:
    """The largest eigenvalue of the training loss's Hessian, by 40 products with it."""
    weights = [*net.parameters()]
    slopes = torch.autograd.grad(F.cross_entropy(net(x), y), weights, create_graph=True)
    way = [torch.ones_like(weight) for weight in weights]
    for _ in range(40):
        length = nn.utils.parameters_to_vector(way).norm()
        way = list(torch.autograd.grad(slopes, weights, [part / length for part in way], retain_graph=True))
    return float(nn.utils.parameters_to_vector(way).norm())


def learned(p: Parameters, batch: int, lr: float, seed: int) -> Mapping[str, float]:
    """Plain SGD until the loss of the whole training set is low enough; what was found there, and after rewriting."""
    generator = torch.Generator().manual_seed(seed)
    x, y, x_test, y_test = images(p.data).draw(generator).first(p.count)
    torch.manual_seed(seed)
    net = mlp([x.shape[1], 16, 10])
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    updates, loss = 0, torch.inf
    while loss >= p.loss and updates < p.steps:
        rows = torch.randperm(len(x), generator=generator)[:batch] if batch < len(x) else slice(None)
        optimizer.zero_grad()
        F.cross_entropy(net(x[rows]), y[rows]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        updates += 1
        loss = float(F.cross_entropy(net(x), y).detach())
    before, sharp = net(x_test).detach(), sharpness(net, x, y)
    for weight, factor in zip(net.parameters(), (10, 10, 0.1, 1), strict=True):  # the last is the output's bias
        weight.data.mul_(factor)
    moved = float((net(x_test).detach() - before).abs().max() / before.abs().max())
    measured = (sharp, sharpness(net, x, y), float((before.argmax(1) == y_test).float().mean()), loss, updates, moved)
    return dict(zip(METRICS, measured, strict=True))


def experiment(p: Parameters) -> Experiment:
    """Small batches, the whole set, and the whole set at a larger rate, stopped at the same training loss."""
    arms = {"small": (8, p.lr), "large": (p.count, p.lr), "faster": (p.count, 2 * p.lr)}
    return Experiment(
        arms={name: partial(learned, p, *how) for name, how in arms.items()},
        metrics={name: itemgetter(name) for name in METRICS},
        claims={
            "large_is_sharper": Claim(lambda a: a.large.sharpness / a.small.sharpness, above=1.5),
            "tuned_is_sharper": Claim(lambda a: a.faster.sharpness / a.small.sharpness, above=1.5),
            "faster_is_flatter": Claim(lambda a: a.large.sharpness / a.faster.sharpness, above=1.5),
            "no_worse": Claim(lambda a: abs(a.small.accuracy - a.faster.accuracy), below=0.01),
            "no_function": Claim(lambda a: a.small.rescaled > 10 * a.small.sharpness and a.small.moved < 1e-5),
        },
    )
