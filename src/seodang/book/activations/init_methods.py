"""Which initializations are there, what variance has each, and which one does nn.Linear use unless told otherwise?

LeCun 1/n_in (LeCun, Bottou, Orr & Müller 1998), Glorot or Xavier 2/(n_in + n_out) (Glorot & Bengio 2010), He or Kaiming
2/n_in (He et al. 2015), orthogonal (Saxe, McClelland & Ganguli 2014). A uniform draw on [-a, a] has variance a²/3. A
million weights are drawn of each.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor, nn

from seodang.experiment import Claim, Experiment, knob
from seodang.models import initializations


@dataclass(frozen=True)
class Parameters:
    """The matrix: inputs and outputs of the layer."""

    inputs: int = knob(2000, low=2, high=10_000)
    outputs: int = knob(500, low=2, high=10_000)


def default(weight: Tensor) -> Tensor:
    """What nn.Linear does without being asked."""
    return nn.Linear(weight.shape[1], weight.shape[0], bias=False).weight.detach()


def measured(p: Parameters, draw: Callable[[Tensor], Tensor], seed: int) -> Mapping[str, float]:
    """Variance and reach of one drawn matrix, and how far it stretches and squeezes a square one's inputs."""
    torch.manual_seed(seed)
    weight = draw(torch.empty(p.outputs, p.inputs))
    square = torch.linalg.svdvals(draw(torch.empty(200, 200)))
    std = float(weight.std())
    return {
        "times_inputs": std**2 * p.inputs,
        "reach": float(weight.abs().max()) / std,
        "stretch": float(square.max() / square.square().mean().sqrt()),
        "squeeze": float(square.min() / square.square().mean().sqrt()),
    }


def experiment(p: Parameters) -> Experiment:
    """Five initializations of the same matrix, and the variance times n_in that its formula gives."""
    both = 2 * p.inputs / (p.inputs + p.outputs)
    formulas = {"lecun": 1.0, "xavier": both, "he": 2.0, "orthogonal": p.inputs / max(p.inputs, p.outputs)}
    draws: dict[str, Callable[[Tensor], Tensor]] = {
        "lecun": initializations.lecun,
        "xavier": initializations.xavier,
        "he": initializations.he,
        "orthogonal": initializations.orthogonal,
        "default": default,
    }
    return Experiment(
        arms={name: partial(measured, p, draw) for name, draw in draws.items()},
        metrics={name: itemgetter(name) for name in ("times_inputs", "reach", "stretch", "squeeze")},
        claims={
            "as_the_formula": Claim(
                lambda a: max(abs(getattr(a, name).times_inputs / formulas[name] - 1) for name in formulas), below=0.02
            ),
            "default_is_a_third": Claim(lambda a: abs(a.default.times_inputs * 3 - 1), below=0.02),
            "uniform_reach": Claim(
                lambda a: max(abs(x.reach / math.sqrt(3) - 1) for x in (a.xavier, a.default)), below=0.01
            ),
            "orthogonal_is_even": Claim(lambda a: a.orthogonal.squeeze > 0.99 and a.he.squeeze < 0.1),
        },
    )
