"""Why is a classifier trained with cross-entropy and not with squared error?

Behind a sigmoid the slope of the squared error carries a factor 2p(1 - p) that the cross-entropy's does not, so an
output that is sure of itself hardly learns, right or wrong (Golik, Doetsch & Ney 2013). Ten sigmoid outputs on digits, from
the usual start and from one that is sure and wrong.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Learning rates: one for both losses, each loss's own, and that of a start with a last layer `scale` times larger."""

    data: str = knob("digits", choices=NAMES)
    same: float = knob(0.2, above=0, high=100)
    own_bce: float = knob(0.5, above=0, high=100)
    own_mse: float = knob(1.5, above=0, high=100)
    wrong: float = knob(0.1, above=0, high=100)
    scale: float = knob(8.0, above=0, high=100)
    steps: int = knob(500, low=10, high=10_000)


def sure(sizes: list[int], scale: float) -> nn.Sequential:
    """A net that is sure of itself before it has learned anything."""
    (net := mlp(sizes))[-1].weight.data.mul_(scale)  # type: ignore[operator]
    return net


def right(z: Tensor) -> Tensor:
    """(classes, classes) the target of each class: 1 for itself, 0 for the others."""
    return torch.eye(z.shape[1], dtype=z.dtype, device=z.device)


def bce(z: Tensor, y: Tensor) -> Tensor:
    """Binary cross-entropy of sigmoids, summed over the classes; z (batch, classes), y (batch,)."""
    return F.binary_cross_entropy_with_logits(z, right(z)[y], reduction="none").sum(1).mean()


def mse(z: Tensor, y: Tensor) -> Tensor:
    """Squared error of sigmoids, summed over the classes."""
    return (z.sigmoid() - right(z)[y]).square().sum(1).mean()


def steps(t: Trained) -> float:
    """The first look at which 0.9 of the test images are right; twice the training when there is none."""
    looks = zip(t.history.steps, t.history.test_accuracy, strict=True)
    return float(next((step for step, right in looks if right >= 0.9), 2 * len(t.losses)))


def scores(t: Trained) -> Tensor:
    """(n, classes) of the test images, in double precision."""
    return t.model(t.x_test).detach().double()  # type: ignore[no-any-return]


def factor_gap(t: Trained) -> float:
    """Slopes of both losses, by autograd, against the factor between them."""
    z = scores(t).requires_grad_()
    squared, binary = (torch.autograd.grad(loss(z, t.y_test), z)[0] for loss in (mse, bce))
    return float((squared - 2 * z.sigmoid() * (1 - z.sigmoid()) * binary).detach().abs().max())


def pair_gap(t: Trained) -> float:
    """Softmax of the first two scores against the sigmoid of their difference."""
    z = scores(t)[:, :2]
    return float((z.softmax(1)[:, 0] - (z[:, 0] - z[:, 1]).sigmoid()).abs().max())


def sum_off(t: Trained) -> float:
    """How far the ten outputs of a test image are from summing to 1, on average."""
    return float((scores(t).sigmoid().sum(1) - 1).abs().mean())


def experiment(p: Parameters) -> Experiment:
    """Both losses at the same rate, at their own, and from a start that is wrong."""
    data = images(p.data)
    sizes, sgd = [data.pixels, 64, data.classes], partial(partial, torch.optim.SGD)
    base = Training(data=data.draw, model=partial(mlp, sizes), loss=bce, optimizer=sgd(lr=p.same), steps=p.steps, every=5)
    wrong = replace(base, model=partial(sure, sizes, p.scale), optimizer=sgd(lr=p.wrong))
    own = replace(base, optimizer=sgd(lr=p.own_bce)), replace(base, optimizer=sgd(lr=p.own_mse), loss=mse)
    pairs = {"": (base, replace(base, loss=mse)), "_own": own, "_wrong": (wrong, replace(wrong, loss=mse))}
    return Experiment(
        arms={f"{name}{end}": arm for end, pair in pairs.items() for name, arm in zip(("bce", "mse"), pair, strict=True)},
        metrics={metric.__name__: metric for metric in (Trained.accuracy, steps, factor_gap, pair_gap, sum_off)},
        claims={
            "factor": Claim(lambda a: max(a.bce.factor_gap, a.mse.factor_gap, a.mse_wrong.factor_gap), below=1e-12),
            "stuck_when_wrong": Claim(lambda a: a.mse_wrong.steps / a.bce_wrong.steps, above=3),
            "slower_at_same_rate": Claim(lambda a: a.mse.steps / a.bce.steps, above=2),
            "tie_at_own_rates": Claim(lambda a: abs(a.mse_own.accuracy - a.bce_own.accuracy), below=0.02),
            "softmax_of_two": Claim(lambda a: max(a.bce.pair_gap, a.mse.pair_gap), below=1e-12),
            "no_distribution": Claim(lambda a: a.bce.sum_off, above=0.05),
        },
    )
