"""How is a net trained with binary cross-entropy while the squared error is watched, and do the two tell the same story?

A metric that is computed without a graph has no part in the gradient (Chollet et al. 2015, Keras: "metrics"). Ten sigmoid
outputs on digits, trained twice from the same start, watched and not; with clean labels and with noisy ones.
"""

from collections.abc import Mapping
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


@dataclass(frozen=True)
class Parameters:
    """SGD at a rate of 0.5; the share of training labels that are redrawn; steps, and how many between two looks."""

    data: str = knob("digits", choices=NAMES)
    lr: float = knob(0.5, above=0, high=100)
    noise: float = knob(0.4, low=0, high=1)
    steps: int = knob(500, low=10, high=10_000)
    every: int = knob(5, low=1, high=100)


def both(z: Tensor, y: Tensor) -> Tensor:
    """(2,) binary cross-entropy and squared error of sigmoids, summed over classes; z (batch, classes), y (batch,)."""
    target = F.one_hot(y, z.shape[1]).float()
    losses = F.binary_cross_entropy_with_logits(z, target, reduction="none"), (z.sigmoid() - target).square()
    return torch.stack([loss.sum(1).mean() for loss in losses])


def fit(p: Parameters, split: Split, watch: bool, seed: int) -> tuple[nn.Module, list[Tensor]]:
    """A net trained on the first of both losses; and both on the test set at every look, if it is watched."""
    torch.manual_seed(seed)
    net, seen = mlp([split.x_train.shape[1], 64, 10]), []
    optimizer = torch.optim.SGD(net.parameters(), lr=p.lr)
    for step in range(p.steps):
        if watch and step % p.every == 0:
            with torch.no_grad():
                seen.append(both(net(split.x_test), split.y_test))
        rows = torch.randint(len(split.x_train), (64,))
        optimizer.zero_grad()
        both(net(split.x_train[rows]), split.y_train[rows])[0].backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return net, seen


def watched(p: Parameters, noise: float, seed: int) -> Mapping[str, float]:
    """What watching changed, and how the two losses went along the training."""
    data, generator = images(p.data), torch.Generator().manual_seed(seed)
    split = data.draw(generator).noisy(noise, data.classes, generator)
    net, looks = fit(p, split, True, seed)
    weights, others = (
        torch.cat([w.detach().flatten() for w in n.parameters()]) for n in (net, fit(p, split, False, seed)[0])
    )
    seen = torch.stack(looks)
    best = seen.argmin(0) * p.every
    return {
        "watch_gap": float((weights - others).abs().max()),
        "together": float(torch.corrcoef(seen.T.argsort(1).argsort(1).double())[0, 1]),
        "bce_best": float(best[0]),
        "mse_best": float(best[1]),
    }


def experiment(p: Parameters) -> Experiment:
    """Clean labels and noisy ones."""
    return Experiment(
        arms={"clean": partial(watched, p, 0.0), "noisy": partial(watched, p, p.noise)},
        metrics={name: itemgetter(name) for name in ("watch_gap", "together", "bce_best", "mse_best")},
        claims={
            "watching_is_free": Claim(lambda a: a.clean.watch_gap == a.noisy.watch_gap == 0),
            "fall_together": Claim(lambda a: min(a.clean.together, a.noisy.together), above=0.9),
            "best_elsewhere": Claim(lambda a: a.noisy.bce_best != a.noisy.mse_best),
        },
    )
