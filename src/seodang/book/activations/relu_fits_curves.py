"""How can ReLU, which only has a kink, imitate a curve?

A sum of n ReLUs is a polygon of up to n + 1 pieces (Montúfar, Pascanu, Cho & Bengio 2014). The polygon through n + 1
evenly spaced points of x² on [-1, 1] is wrong by exactly 1/n² at worst. Composed instead of added, folds double the
pieces with every layer (Telgarsky 2016; Yarotsky 2017). Both are written down here; a third net has to find its polygon
by training.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.experiment import Arms, Claim, Experiment, knob
from seodang.models import mlp

COUNTS = (2, 4, 8, 16, 64)


@dataclass(frozen=True)
class Parameters:
    """The hidden units of the trained net; the layers of folds."""

    width: int = knob(8, low=1, high=64)
    folds: int = knob(5, low=1, high=10)


def measured(net: Callable[[Tensor], Tensor], units: int) -> Mapping[str, float]:
    """How far a net is from x² at worst, how many straight pieces it has on [-1, 1], and how many units it takes."""
    x = torch.linspace(-1, 1, 65_537, dtype=torch.double)[:, None]  # 2^16 equal steps: they meet the kinks exactly
    with torch.no_grad():
        y = net(x)
    bends = (y.diff(n=2, dim=0).abs() > 1e-9).flatten()  # a kink between two grid points shows at both
    pieces = int(bends[0]) + int((bends[1:] & ~bends[:-1]).sum()) + 1
    return {"error": float((y - x.square()).abs().max()), "pieces": pieces, "units": units}


def added(n: int, _seed: int) -> Mapping[str, float]:
    """One layer of n units: the polygon of n pieces through n + 1 evenly spaced points of x²."""
    knots = torch.arange(n, dtype=torch.double) * 2 / n - 1  # (n,) where a unit begins; slopes are those of the chords
    slopes = 2 * knots + 2 / n
    return measured(lambda x: 1 + torch.relu(x - knots) @ slopes.diff(prepend=slopes.new_zeros(1))[:, None], n)


def composed(folds: int, _seed: int) -> Mapping[str, float]:
    """Layers of folds: x² = |x| - sum of tent(tent(...|x|...)) / 4^k, cut off after some k (Yarotsky 2017)."""

    def net(x: Tensor) -> Tensor:
        fold = y = torch.relu(x) + torch.relu(-x)
        for k in range(1, folds + 1):
            fold = 2 * torch.relu(fold) - 4 * torch.relu(fold - 0.5)
            y = y - fold / 4**k
        return y

    return measured(net, 2 + 3 * folds)  # |x|, and in each layer two units for the fold and one that hands on the sum


def trained(p: Parameters, seed: int) -> Mapping[str, float]:
    """One hidden layer, fitted to 1,000 random points by L-BFGS."""
    torch.manual_seed(seed)
    net = mlp([1, p.width, 1], nn.ReLU).double()
    x = 2 * torch.rand(1000, 1, dtype=torch.double) - 1
    optimizer = torch.optim.LBFGS(net.parameters(), max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        error = F.mse_loss(net(x), x.square())
        error.backward()  # type: ignore[no-untyped-call]
        return error

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return measured(net, p.width)


def experiment(p: Parameters) -> Experiment:
    """Polygons of 2 to 64 pieces, the folded net, and the trained one."""
    layers = {f"added_{n}": partial(added, n) for n in COUNTS}

    def off(a: Arms) -> float:
        return float(max(abs(getattr(a, f"added_{n}").error * n**2 - 1) for n in COUNTS))

    return Experiment(
        arms={**layers, "composed": partial(composed, p.folds), "trained": partial(trained, p)},
        metrics={name: itemgetter(name) for name in ("error", "pieces", "units")},
        claims={
            "one_over_n_squared": Claim(off, below=1e-6),
            "folding_doubles": Claim(lambda a: a.composed.pieces == 2 ** (p.folds + 1) > a.composed.units),
            "training_comes_close": Claim(lambda a: a.trained.error * p.width**2, below=5),
            "training_finds_it": Claim(lambda a: a.trained.error <= a.added_8.error),
            "few_pieces": Claim(lambda a: a.trained.pieces <= p.width + 1),
        },
    )
