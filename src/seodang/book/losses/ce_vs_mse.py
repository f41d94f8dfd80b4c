"""Why is a classifier trained with cross-entropy and not with squared error?

Behind a sigmoid the slope of the squared error carries a factor 2p(1 - p) that the cross-entropy's does not, so an
output that is sure of itself hardly learns, right or wrong (Golik, Doetsch & Ney 2013). Ten sigmoid outputs on digits, from
the usual start and from one that is sure and wrong; both losses are watched, whichever is trained on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp

Loss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Parameters:
    """Learning rates: one for both losses, each loss's own, and that of a start with a last layer `scale` times larger."""

    data: str = knob("digits", choices=NAMES)
    same: float = knob(0.2, above=0, high=100)
    own_bce: float = knob(0.5, above=0, high=100)
    own_mse: float = knob(1.5, above=0, high=100)
    wrong: float = knob(0.1, above=0, high=100)
    scale: float = knob(8.0, above=0, high=100)
    noise: float = knob(0.4, low=0, high=1)
    steps: int = knob(500, low=10, high=10_000)


def bce(z: Tensor, y: Tensor) -> Tensor:
    """Binary cross-entropy of ten sigmoids, summed over the classes; z (batch, classes), y (batch,)."""
    return F.binary_cross_entropy_with_logits(z, F.one_hot(y, z.shape[1]).to(z.dtype), reduction="none").sum(1).mean()


def mse(z: Tensor, y: Tensor) -> Tensor:
    """Squared error of ten sigmoids, summed over the classes."""
    return (z.sigmoid() - F.one_hot(y, z.shape[1])).square().sum(1).mean()


def fit(
    p: Parameters, loss: Loss, lr: float, scale: float, noise: float, seed: int, watch: bool
) -> tuple[nn.Module, Split, Tensor]:
    """A net trained on `loss`, its data, and of every fifth step test accuracy and both losses; watched or not."""
    data, generator = images(p.data), torch.Generator().manual_seed(seed)
    split = data.draw(generator).noisy(noise, data.classes, generator)
    torch.manual_seed(seed)
    net = mlp([data.pixels, 64, data.classes])
    net[-1].weight.data.mul_(scale)  # type: ignore[operator]
    optimizer, seen = torch.optim.SGD(net.parameters(), lr=lr), []
    for step in range(p.steps):
        if watch and step % 5 == 0:
            with torch.no_grad():
                z = net(split.x_test)
                seen.append(
                    torch.stack([(z.argmax(1) == split.y_test).float().mean(), *(f(z, split.y_test) for f in (bce, mse))])
                )
        rows = torch.randint(len(split.x_train), (64,), generator=generator)
        optimizer.zero_grad()
        loss(net(split.x_train[rows]), split.y_train[rows]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return net, split, torch.stack(seen) if watch else torch.empty(0)


def measured(p: Parameters, loss: Loss, lr: float, seed: int, scale: float = 1.0, noise: float = 0.0) -> Mapping[str, float]:
    """Steps to 0.9, accuracy, how the two losses went, and what the ten trained outputs are."""
    net, split, seen = fit(p, loss, lr, scale, noise, seed, watch=True)
    unwatched = fit(p, loss, lr, scale, noise, seed, watch=False)[0]
    z = net(split.x_test).detach().double().requires_grad_()
    squared, binary = (torch.autograd.grad(f(z, split.y_test), z)[0] for f in (mse, bce))
    z = z.detach()
    q = z.sigmoid()
    good = (seen[:, 0] >= 0.9).nonzero()
    return {
        "steps": 5.0 * float(good[0]) if len(good) else 2.0 * p.steps,
        "accuracy": float((z.argmax(1) == split.y_test).double().mean()),
        "factor_gap": float((squared - 2 * q * (1 - q) * binary).abs().max()),
        "pair_gap": float((z[:, :2].softmax(1)[:, 0] - (z[:, 0] - z[:, 1]).sigmoid()).abs().max()),
        "sum_off": float((q.sum(1) - 1).abs().mean()),
        "watch_gap": max(
            float((a - b).detach().abs().max()) for a, b in zip(net.parameters(), unwatched.parameters(), strict=True)
        ),
        "together": float(torch.corrcoef(seen[:, 1:].T.argsort(1).argsort(1).double())[0, 1]),
        "apart": 5.0 * abs(int(seen[:, 1].argmin()) - int(seen[:, 2].argmin())),
    }


def experiment(p: Parameters) -> Experiment:
    """Both losses at the same rate, at their own, from a start that is wrong; and one on noisy labels."""
    names = ("steps", "accuracy", "factor_gap", "pair_gap", "sum_off", "watch_gap", "together", "apart")
    run = partial(partial, measured, p)
    return Experiment(
        arms={
            "bce": run(bce, p.same),
            "mse": run(mse, p.same),
            "bce_own": run(bce, p.own_bce),
            "mse_own": run(mse, p.own_mse),
            "bce_wrong": run(bce, p.wrong, scale=p.scale),
            "mse_wrong": run(mse, p.wrong, scale=p.scale),
            "noisy": run(bce, p.own_bce, noise=p.noise),
        },
        metrics={name: itemgetter(name) for name in names},
        claims={
            "factor": Claim(lambda a: max(a.bce.factor_gap, a.mse.factor_gap, a.mse_wrong.factor_gap), below=1e-12),
            "stuck_when_wrong": Claim(lambda a: a.mse_wrong.steps / a.bce_wrong.steps, above=3),
            "slower_at_same_rate": Claim(lambda a: a.mse.steps / a.bce.steps, above=2),
            "tie_at_own_rates": Claim(lambda a: abs(a.mse_own.accuracy - a.bce_own.accuracy), below=0.02),
            "softmax_of_two": Claim(lambda a: max(a.bce.pair_gap, a.mse.pair_gap), below=1e-12),
            "no_distribution": Claim(lambda a: a.bce.sum_off, above=0.05),
            "watching_is_free": Claim(lambda a: max(a.bce.watch_gap, a.mse.watch_gap, a.noisy.watch_gap) == 0),
            "fall_together": Claim(lambda a: a.bce.together, above=0.9),
            "best_elsewhere": Claim(lambda a: a.noisy.apart > 0),
        },
    )
