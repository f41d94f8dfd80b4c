"""Why are inputs put on one scale before training, and how much is it worth?

LeCun, Bottou, Orr & Müller 1998, "Efficient BackProp", 4.3 and 5: gradient descent needs steps in proportion to the
condition number of the Hessian, which for a linear model is that of the inputs' products. Digits with half of the
columns ten times as large; as they come, from 0 to 1; standardized. Softmax regression by 100 full-batch steps,
at the learning rate, of eight, with which 347 other images are predicted best.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob

RATES, TRAIN = tuple(10 ** (exponent / 2) for exponent in range(-3, 5)), 1_000


@dataclass(frozen=True)
class Parameters:
    """By how much every other column is multiplied, and steps of gradient descent on 1,000 images."""

    factor: float = knob(10.0, above=0, high=1000)
    steps: int = knob(100, low=1, high=5000)


def split(p: Parameters, scaling: str, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Digits without the columns that do not vary, scaled by statistics of the first 1,000 or also the test images."""
    x, y, x_test, y_test = digits(torch.Generator().manual_seed(seed))
    varied = x[:TRAIN].std(dim=0) > 0.02  # border pixels hardly vary, and are left out
    x, x_test = x[:, varied].double(), x_test[:, varied].double()
    if scaling != "unit":
        factors = p.factor ** ((torch.arange(x.shape[1]) + 1) % 2).double()
        x, x_test = x * factors, x_test * factors
    if scaling.startswith("standardized"):
        seen = torch.cat([x[:TRAIN], x_test]) if scaling == "standardized_leaky" else x[:TRAIN]
        mean, std = seen.mean(dim=0), seen.std(dim=0, correction=0)
        x, x_test = (x - mean) / std, (x_test - mean) / std
    return x, y, x_test, y_test


def learned(p: Parameters, scaling: str, seed: int) -> Mapping[str, float]:
    """Test accuracy at the learning rate with the lowest loss on images not trained on, and the inputs' condition number."""
    from sklearn.preprocessing import StandardScaler

    x, y, x_test, y_test = split(p, scaling, seed)
    targets, rates = F.one_hot(y).float(), torch.tensor(RATES)[:, None, None]
    weights = torch.zeros(len(RATES), x.shape[1] + 1, 10)
    ones, ones_test = (torch.cat([part, torch.ones(len(part), 1)], dim=1).float() for part in (x, x_test))
    for _ in range(p.steps):
        weights -= rates * (ones[:TRAIN].T @ ((ones[:TRAIN] @ weights).softmax(dim=2) - targets[:TRAIN])) / TRAIN
    loss = -((ones[TRAIN:] @ weights).log_softmax(dim=2) * targets[TRAIN:]).sum(dim=2).mean(dim=1)
    best = loss.nan_to_num(torch.inf).argmin()
    raw, _, raw_test, _ = split(p, "badly", seed)
    library = torch.from_numpy(StandardScaler().fit(raw[:TRAIN].numpy()).transform(raw_test.numpy()))
    right = ((ones_test @ weights).argmax(dim=2) == y_test).float().mean(dim=1)
    return {
        "accuracy": float(right[best]),
        "at_rate_1": float(right[RATES.index(1)]),
        "condition": float(torch.linalg.cond(ones[:TRAIN].double().T @ ones[:TRAIN].double())),
        "rate": RATES[int(best)],
        "from_library": float((x_test - library).abs().max()),
    }


def experiment(p: Parameters) -> Experiment:
    """Bad scales, pixels from 0 to 1, standardized by the training images, and by all images."""
    return Experiment(
        arms={name: partial(learned, p, name) for name in ("badly", "unit", "standardized", "standardized_leaky")},
        metrics={name: itemgetter(name) for name in ("accuracy", "at_rate_1", "condition", "rate", "from_library")},
        claims={
            "condition_falls": Claim(lambda a: a.badly.condition / a.standardized.condition, above=1e3),
            "scale_matters": Claim(lambda a: a.standardized.accuracy - a.badly.accuracy, above=0.15),
            "untuned_scale_matters": Claim(lambda a: a.standardized.at_rate_1 - a.badly.at_rate_1, above=0.05),
            "pixels_are_fine": Claim(lambda a: a.standardized.accuracy - a.unit.accuracy, below=0.04),
            "libraries_agree": Claim(lambda a: a.standardized.from_library, below=1e-6),
            "leak_moves_inputs": Claim(lambda a: a.standardized_leaky.from_library, above=0.01),
            "leak_is_harmless": Claim(lambda a: abs(a.standardized_leaky.accuracy - a.standardized.accuracy), below=0.01),
        },
    )
