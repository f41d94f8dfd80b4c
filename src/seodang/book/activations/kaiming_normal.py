"""What is kaiming_normal, and what does it keep?

Weights of variance 2/fan: with fan_in the mean square of the signal stays the same from layer to layer under ReLU, with
fan_out that of the gradient (He, Zhang, Ren & Sun 2015, equations 10 and 14). What is kept is an average over nets; a
single net strays the further the narrower it is (Hanin & Rolnick 2018). Thirty layers, nothing is trained.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from operator import itemgetter

import torch
from torch import Tensor, nn

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Layers, and the units in each of a wide and of a narrow net."""

    depth: int = knob(30, low=2, high=100)
    width: int = knob(512, low=2, high=2000)
    narrow: int = knob(32, low=2, high=2000)


he = partial(nn.init.kaiming_normal_, nonlinearity="relu")


def measured(sizes: Sequence[int], init: Callable[[Tensor], Tensor], seed: int) -> Mapping[str, float]:
    """What becomes of the mean square between the first and the last layer: of the signal up, of the gradient down."""
    torch.manual_seed(seed)
    signal = torch.randn(128, sizes[0])
    inside: list[Tensor] = []
    for inputs, outputs in pairwise(sizes):
        before = signal @ init(torch.empty(outputs, inputs)).T
        inside.append(before.requires_grad_() if not inside else before)
        signal = torch.relu(before)
    gradients = torch.autograd.grad(signal, [inside[0], inside[-1]], torch.randn_like(signal))
    up, down = ([float(x.detach().square().mean()) for x in pair] for pair in ((inside[0], inside[-1]), gradients))
    return {"forward": up[1] / up[0], "backward": down[0] / down[1]}


def experiment(p: Parameters) -> Experiment:
    """A wide net under three initializations, a narrow one, and one that tapers with fan_in and with fan_out."""
    wide, narrow = [p.width] * (p.depth + 1), [p.narrow] * (p.depth + 1)
    taper = [round(p.width - (p.width - p.narrow) * layer / p.depth) for layer in range(p.depth + 1)]
    once = taper[1] / taper[-1]
    return Experiment(
        arms={
            "he": partial(measured, wide, he),
            "xavier": partial(measured, wide, nn.init.xavier_normal_),
            "narrow": partial(measured, narrow, he),
            "taper_in": partial(measured, taper, he),
            "taper_out": partial(measured, taper, partial(he, mode="fan_out")),
        },
        metrics={name: itemgetter(name) for name in ("forward", "backward")},
        claims={
            "he_keeps": Claim(lambda a: 0.5 <= a.he.forward <= 2),
            "xavier_fades": Claim(lambda a: a.xavier.forward, below=1e-4),
            "narrow_keeps_too": Claim(lambda a: 0.5 <= a.narrow.forward <= 2),
            "one_factor_up": Claim(lambda a: abs(a.taper_out.forward / a.taper_in.forward / once - 1), below=0.01),
            "one_factor_down": Claim(lambda a: abs(a.taper_out.backward / a.taper_in.backward / once - 1), below=0.01),
        },
    )
