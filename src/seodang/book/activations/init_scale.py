"""What do the layers of a deep net look like when the random weights are far too small, or far too large?

CS231n's experiment (Li, Karpathy & Johnson 2016, lecture 5): ten tanh layers of 500 units on normal inputs. Small weights
shrink the signal in every layer; large ones drive tanh to -1 and 1, where it is flat (Glorot & Bengio 2010). Under ReLU,
Xavier weights lose a factor sqrt(2) a layer and He weights lose none (He et al. 2015). Nothing is trained.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Ten layers of 500 units, 200 inputs, and the standard deviations of small and of large weights."""

    depth: int = knob(10, low=2, high=100)
    width: int = knob(500, low=2, high=2000)
    small: float = knob(0.01, above=0, high=100)
    large: float = knob(1.0, above=0, high=100)


def measured(p: Parameters, std: float, activation: Callable[[Tensor], Tensor], seed: int) -> Mapping[str, float]:
    """Send normal inputs up and a normal gradient down; weights are normal with this standard deviation."""
    generator = torch.Generator().manual_seed(seed)
    draw = partial(torch.randn, p.width, p.width, generator=generator)
    start = signal = torch.randn(200, p.width, generator=generator, requires_grad=True)  # (inputs, units)
    first = 0.0
    for _ in range(p.depth):
        signal = activation(signal @ (std * draw()))
        first = first or float(signal.detach().square().mean().sqrt())
    (gradient,) = torch.autograd.grad(signal, start, torch.randn(200, p.width, generator=generator))
    size = float(signal.detach().square().mean().sqrt())
    return {
        "std": float(signal.detach().std()),
        "saturated": float((signal.detach().abs() > 0.99).float().mean()),
        "per_layer": (size / first) ** (1 / (p.depth - 1)),
        "gradient": float(gradient.square().mean().sqrt()),
    }


def experiment(p: Parameters) -> Experiment:
    """tanh with small, large and Xavier weights, these also times 5/3; ReLU with Xavier and with He weights."""
    xavier, he = math.sqrt(1 / p.width), math.sqrt(2 / p.width)
    arms = {
        "small": (p.small, torch.tanh),
        "large": (p.large, torch.tanh),
        "xavier": (xavier, torch.tanh),
        "xavier_gain": (xavier * 5 / 3, torch.tanh),
        "relu_xavier": (xavier, torch.relu),
        "relu_he": (he, torch.relu),
    }
    return Experiment(
        arms={name: partial(measured, p, *arm) for name, arm in arms.items()},
        metrics={name: itemgetter(name) for name in ("std", "saturated", "per_layer", "gradient")},
        claims={
            "small_collapses": Claim(lambda a: a.small.std, below=1e-4),
            "large_saturates": Claim(lambda a: a.large.saturated, above=0.95),
            "saturation_starves": Claim(lambda a: a.large.gradient / a.xavier.gradient, below=1),
            "xavier_stays": Claim(lambda a: 0.3 <= a.xavier.std <= 0.8),
            "relu_loses_root_two": Claim(lambda a: abs(a.relu_xavier.per_layer * math.sqrt(2) - 1), below=0.05),
            "he_keeps": Claim(lambda a: 0.5 <= a.relu_he.per_layer ** (p.depth - 1) <= 2),
        },
    )
