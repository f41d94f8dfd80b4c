"""How should data be divided between training and testing when one side is far too small?

The width of the interval around a test accuracy shrinks as 1/sqrt(m) with m test images; what is gained from training
images is another curve (Guyon 1997). The same 1,797 digits are divided in five ways, and three nearest neighbours are
trained and judged.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch

from seodang.data.digits import everything
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """The number of neighbours."""

    k: int = knob(3, low=1, high=25)


def half_width(accuracy: float, images: int) -> float:
    """Half of the 95 % interval of an accuracy seen on so many images (Wilson 1927), which holds near 0 and 1 as well."""
    z = 1.96
    return z / (1 + z**2 / images) * math.sqrt(accuracy * (1 - accuracy) / images + z**2 / (4 * images**2))


def divided(p: Parameters, train: int, seed: int) -> Mapping[str, float]:
    """Train on the first `train` images of a shuffle and test on all others."""
    x, y = everything()
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    kept, held = order[:train], order[train:]
    distances = x[kept].square().sum(dim=1) - 2 * x[held] @ x[kept].T
    votes = y[kept][distances.topk(min(p.k, train), largest=False).indices].mode(dim=1).values
    accuracy = float((votes == y[held]).float().mean())
    return {"accuracy": accuracy, "half_width": half_width(accuracy, len(held)), "test_images": len(held)}


def experiment(p: Parameters) -> Experiment:
    """From 18 training images, a hundredth of all, to all but 18."""
    shares = {"one": 18, "ten": 180, "half": 898, "three_quarters": 1347, "ninety_nine": 1779}
    return Experiment(
        arms={name: partial(divided, p, train) for name, train in shares.items()},
        metrics={name: itemgetter(name) for name in ("accuracy", "half_width", "test_images")},
        claims={
            "training_pays": Claim(lambda a: a.three_quarters.accuracy - a.ten.accuracy, above=0.03),
            "width_costs_less": Claim(lambda a: a.three_quarters.half_width - a.ten.half_width, below=0.01),
            "tiny_test_is_blind": Claim(lambda a: a.ninety_nine.half_width, above=0.05),
            "cannot_tell": Claim(
                lambda a: abs(a.ninety_nine.accuracy - a.three_quarters.accuracy) < a.ninety_nine.half_width
            ),
        },
    )
