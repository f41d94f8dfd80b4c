"""What does Adagrad adapt, and what did Adadelta mend?

Adagrad divides each parameter's step by the root of the sum of its squared gradients, so that what seldom occurs moves far
when it does (Duchi, Hazan & Singer 2011); the sum only grows, so every step is shorter than the last. Adadelta (Zeiler 2012)
averages instead of summing. Logistic regression with 40 features that half of all samples have and 90 that one in a hundred
has; each rate is that of lowest median test loss on 20 other seeds, of a grid in steps of about two, but for `sgd_fast` and
`adadelta`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob
from seodang.models.optimizers import adadelta, adagrad, descent, gradient_descent, rmsprop

COMMON, RARE, BATCH = 40, 90, 16
Optimizer = Callable[..., torch.optim.Optimizer]
METHODS: dict[str, tuple[Callable[..., Any], Optimizer, float]] = {
    "sgd": (gradient_descent.gradient_descent, torch.optim.SGD, 1.0),
    "sgd_fast": (gradient_descent.gradient_descent, torch.optim.SGD, 3.0),
    "adagrad": (adagrad.adagrad, torch.optim.Adagrad, 1.0),
    "rmsprop": (rmsprop.rmsprop, torch.optim.RMSprop, 0.05),
    "adadelta": (adadelta.adadelta, torch.optim.Adadelta, 1.0),
    "adadelta_tuned": (adadelta.adadelta, torch.optim.Adadelta, 20.0),
}
METRICS = ("rare", "common", "loss", "early", "late", "gap")


@dataclass(frozen=True)
class Parameters:
    """How often a rare feature occurs."""

    share: float = knob(0.01, above=0, high=0.5)


def learned(p: Parameters, update: descent.Update, torchs: Optimizer, seed: int) -> Mapping[str, float]:
    """Errors of the weights, rare and common, and of what they predict; what becomes of a step; the distance from torch."""
    generator = torch.Generator().manual_seed(seed)
    often = torch.tensor([0.5] * COMMON + [p.share] * RARE, dtype=torch.double)
    truth = 2 * torch.randn(COMMON + RARE, dtype=torch.double, generator=generator)
    unseen = torch.bernoulli(often.expand(2_000, -1), generator=generator)
    (weights, theirs), memory = torch.zeros_like(often.expand(2, -1)), None
    optimizer = torchs([theirs])
    for step in range(600):
        x = torch.bernoulli(often.expand(BATCH, -1), generator=generator)
        y = torch.bernoulli(torch.sigmoid(x @ truth), generator=generator)
        gradient = x.T @ (torch.sigmoid(x @ weights) - y) / BATCH
        weights, memory = update(weights, gradient, memory)
        theirs.grad = gradient
        optimizer.step()
        if step == 49:
            gap, early = float((weights - theirs).abs().max()), excess(unseen, weights, truth)
    wrong = (weights - truth).square() / truth.square().mean()
    rare, common, loss = float(wrong[COMMON:].mean()), float(wrong[:COMMON].mean()), excess(unseen, weights, truth)
    constant = descent.descend(update, torch.ones_like, torch.zeros(1, dtype=torch.double), 1000).diff(dim=0).abs()
    return dict(zip(METRICS, (rare, common, loss, early, float(constant[999] / constant[99]), gap), strict=True))


def excess(x: Tensor, weights: Tensor, truth: Tensor) -> float:
    """How much more it costs to predict by the weights than by the truth, in nats a sample."""
    loss = partial(F.binary_cross_entropy_with_logits, target=torch.sigmoid(x @ truth))
    return float(loss(x @ weights) - loss(x @ truth))


def experiment(p: Parameters) -> Experiment:
    """SGD at two rates, Adagrad, RMSprop, and Adadelta at the rate of 1 that its paper implies and at a tuned one."""
    return Experiment(
        arms={name: partial(learned, p, partial(u, lr=lr), partial(o, lr=lr)) for name, (u, o, lr) in METHODS.items()},
        metrics={name: itemgetter(name) for name in METRICS},
        claims={
            "rare_are_learned": Claim(lambda a: a.adagrad.rare / a.sgd.rare, below=0.5),
            "rate_alone_is_enough": Claim(lambda a: a.sgd_fast.loss / a.adagrad.loss, below=1.5),
            "steps_fade": Claim(lambda a: abs(a.adagrad.late - 10**-0.5), below=0.01),
            "adadelta_lasts": Claim(lambda a: a.adadelta.late, above=1),
            "adadelta_begins_slowly": Claim(lambda a: a.adadelta.early / a.rmsprop.early, above=1.1),
            "by_hand": Claim(lambda a: max(a.adagrad.gap, a.adadelta.gap), below=1e-6),
        },
    )
