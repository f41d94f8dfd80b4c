"""Why is the largest score subtracted before the exponential, and is that enough?

softmax(z) = softmax(z - c) for every c, and with c = max z nothing overflows (Blanchard, Higham & Higham 2021). Scores 123,
456, 789 in four number formats: the formula as it stands, the shifted one, and the logarithm of what comes out.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch

from seodang.experiment import Claim, Experiment, knob

FORMATS = {"half": torch.float16, "brain": torch.bfloat16, "single": torch.float32, "double": torch.float64}


@dataclass(frozen=True)
class Parameters:
    """Three scores; the first class is the right one."""

    low: float = knob(123.0, low=-1e4, high=1e4)
    middle: float = knob(456.0, low=-1e4, high=1e4)
    high: float = knob(789.0, low=-1e4, high=1e4)


def computed(p: Parameters, dtype: torch.dtype, _seed: int) -> Mapping[str, float]:
    """The same softmax in one number format by three formulas, and where the exponential ends."""
    z = torch.tensor([p.low, p.middle, p.high], dtype=dtype)
    naive = z.exp() / z.exp().sum()
    shifted = (z - z.max()).exp() / (z - z.max()).exp().sum()
    true = [math.exp(score - p.high) for score in (p.low, p.middle, p.high)]
    right = [share / math.fsum(true) for share in true]
    whole = torch.arange(0, 1_000).to(dtype)
    return {
        "naive_bad": float((~naive.isfinite()).sum()),
        "shifted_bad": float((~shifted.isfinite()).sum()),
        "shifted_gap": float((shifted.double() - torch.tensor(right, dtype=torch.double)).abs().max()),
        "log_lost": float(shifted.log().isinf().sum()),
        "loss": -float(torch.log_softmax(z, 0)[0]),
        "overflows_at": float(whole.exp().isinf().nonzero()[0]),
        "move_gap": float((torch.softmax(z, 0) - torch.softmax(z - 64, 0)).abs().max()),
    }


def experiment(p: Parameters) -> Experiment:
    """Four number formats."""
    names = ("naive_bad", "shifted_bad", "shifted_gap", "log_lost", "loss", "overflows_at", "move_gap")
    return Experiment(
        kind="derivation",
        arms={name: partial(computed, p, dtype) for name, dtype in FORMATS.items()},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "naive_fails": Claim(lambda a: min(x.naive_bad for x in (a.half, a.brain, a.single, a.double)) >= 1),
            "shift_repairs": Claim(lambda a: max(x.shifted_gap for x in (a.half, a.brain, a.single, a.double)), below=1e-12),
            "shift_saves_the_loss": Claim(lambda a: a.single.log_lost == 0),
            "logits_save_the_loss": Claim(lambda a: abs(a.single.loss - (p.high - p.low)), below=0.001),
        },
    )
