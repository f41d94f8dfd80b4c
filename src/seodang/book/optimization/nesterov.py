"""Where does Nesterov's momentum take its gradient, and is it better than the heavy ball?

At the point the velocity is about to reach (Nesterov 1983; Sutskever, Martens, Dahl & Hinton 2013). PyTorch stores that very
point, so that it need not look ahead. Three comparisons with the heavy ball: on a bowl with κ = 100, on the same bowl with a
longer step, and on the convex function of one variable on which Lessard, Recht & Packard (2016) let the heavy ball circle.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob
from seodang.models.optimizers.descent import descend
from seodang.models.optimizers.momentum import momentum
from seodang.models.optimizers.nesterov import look_ahead, nesterov

Slope = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Parameters:
    """A rate and a longer one for a bowl of largest curvature 1, and the momentum; a start for the function of pieces."""

    lr: float = knob(0.5, above=0, high=4)
    longer: float = knob(1.5, above=0, high=4)
    momentum: float = knob(0.9, low=0, below=1)
    start: float = knob(3.3, low=-10, high=10)


def bowl(x: Tensor) -> Tensor:
    """The slope of ½ Σ c x², twenty curvatures c from 0.01 to 1."""
    return torch.logspace(-2, 0, 20, dtype=x.dtype) * x


def pieces(x: Tensor) -> Tensor:
    """The slope of a convex function: 25 x up to 1, x + 24 up to 2, 25 x − 24 beyond. Its curvature is 1 or 25."""
    return torch.where(x < 1, 25 * x, torch.where(x < 2, x + 24, 25 * x - 24))


def walked(slope: Slope, start: float, size: int, lr: float, m: float, ahead: bool, _seed: int) -> Mapping[str, float]:
    """How far a path swings past the minimum, and what is left of the error; how far it is from torch's and the paper's."""
    x = torch.full((size,), start, dtype=torch.double)
    path = descend(partial(nesterov if ahead else momentum, lr=lr, momentum=m), slope, x, 1000)
    theirs, velocity, gap, gap_ahead = x.clone(), torch.zeros_like(x), 0.0, 0.0
    optimizer = torch.optim.SGD([theirs], lr=lr, momentum=m, nesterov=ahead)
    for point in path[:51]:
        gap = max(gap, float((point - theirs).abs().max()))
        gap_ahead = max(gap_ahead, float((point - (x + m * velocity)).abs().max()))
        theirs.grad = slope(theirs)
        optimizer.step()
        x, velocity = look_ahead(x, slope, velocity, lr=lr, momentum=m)
    swing, left = float(-path[:101].min()) / start, float(path[-1].abs().max()) / start
    return {"swing": swing, "left": left, "gap": gap, "gap_ahead": gap_ahead}


def experiment(p: Parameters) -> Experiment:
    """The heavy ball and Nesterov's momentum, three times."""
    short, longer = (partial(partial, walked, bowl, 1.0, 20, lr, p.momentum) for lr in (p.lr, p.longer))
    kinked = partial(partial, walked, pieces, p.start, 1)
    return Experiment(
        kind="derivation",
        arms={
            "heavy": short(False),
            "nesterov": short(True),
            "heavy_longer": longer(False),
            "nesterov_longer": longer(True),
            "heavy_pieces": kinked(1 / 9, 4 / 9, False),
            "nesterov_pieces": kinked(1 / 25, 2 / 3, True),
        },
        metrics={name: itemgetter(name) for name in ("swing", "left", "gap", "gap_ahead")},
        claims={
            "is_torchs": Claim(lambda a: max(a.heavy.gap, a.nesterov.gap, a.nesterov.gap_ahead), below=1e-6),
            "swings_less": Claim(lambda a: a.nesterov.swing / a.heavy.swing, below=1),
            "stands_longer_steps": Claim(lambda a: a.nesterov_longer.left < 1),
            "heavy_circles": Claim(lambda a: a.heavy_pieces.left > 0.1 and a.nesterov_pieces.left < 1e-6),
        },
    )
