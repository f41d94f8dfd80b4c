"""How do I know that a gradient I derived is right?

Move one weight a little to either side and see how the loss changes: (L(w + h) - L(w - h)) / 2h, for every weight. The
formula's error falls with h², rounding's grows with 1/h (Nocedal & Wright 2006, section 8.1). The gradient of a net 64-8-10,
written out by hand, is checked in full: right, with two bugs, and in two bad ways; and each is used to train.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """The rate and the steps of the training that follows the check."""

    lr: float = knob(0.3, above=0, high=10)
    steps: int = knob(500, low=1, high=10_000)


def checked(
    p: Parameters, seed: int, relu: bool = True, bug: str = "", h: float = 1e-5, kind: torch.dtype = torch.double
) -> Mapping[str, float]:
    """The largest distance from the difference quotient as a share of the largest slope; and what training with it gives."""
    generator = torch.Generator().manual_seed(seed)
    x, y, x_test, y_test = digits(generator)
    sizes = [64 * 8, 8, 8 * 10, 10]
    weights = (0.2 * torch.randn(sum(sizes), generator=generator)).to(kind)

    def forward(weights: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        w1, b1, w2, b2 = torch.split(weights, sizes)
        hidden = (torch.relu if relu else torch.tanh)(x.to(kind) @ w1.view(64, -1) + b1)
        return hidden, hidden @ w2.view(-1, 10) + b2

    def backward(x: Tensor, y: Tensor) -> Tensor:
        hidden, scores = forward(weights, x)
        dz2 = (scores.softmax(1) - F.one_hot(y, 10)) / (1 if bug == "mean" else len(y))
        slope = (hidden > 0).to(kind) if relu else 1 - hidden**2
        dz1 = dz2 @ torch.split(weights, sizes)[2].view(-1, 10).T * (1 if bug == "mask" else slope)
        return torch.cat([(x.to(kind).T @ dz1).flatten(), dz1.sum(0), (hidden.T @ dz2).flatten(), dz2.sum(0)])

    def loss(weights: Tensor) -> Tensor:
        return F.cross_entropy(forward(weights, x[:20])[1], y[:20])

    hand = backward(x[:20], y[:20])
    ahead, behind = (torch.vmap(loss)(weights + step * torch.eye(len(weights), dtype=kind)) for step in (h, -h))
    error = (hand - (ahead - behind) / (2 * h)).abs().max() / hand.abs().max()
    for _ in range(p.steps):
        rows = torch.randint(len(x), (64,), generator=generator)
        weights = weights - p.lr * backward(x[rows], y[rows])
    right = forward(weights, x_test)[1].argmax(1) == y_test
    return {"error": float(error), "losses": 2 * len(hand), "accuracy": float(right.float().mean())}


def experiment(p: Parameters) -> Experiment:
    """The gradient with tanh and with ReLU, two bugs, and two ways of checking that mislead."""
    relu = partial(checked, p)
    return Experiment(
        arms={
            "tanh": partial(relu, relu=False),
            "relu": relu,
            "no_mask": partial(relu, bug="mask"),
            "no_mean": partial(checked, replace(p, lr=p.lr / 64), bug="mean"),
            "tiny_step": partial(relu, h=1e-13),
            "single": partial(relu, kind=torch.float),
        },
        metrics={name: itemgetter(name) for name in ("error", "losses", "accuracy")},
        claims={
            "tanh_agrees": Claim(lambda a: a.tanh.error, below=1e-7),
            "relu_agrees": Claim(lambda a: a.relu.error, below=1e-4),
            "bug_shows": Claim(lambda a: min(a.no_mask.error, a.no_mean.error), above=1e-2),
            "bug_trains": Claim(lambda a: a.no_mask.accuracy > 0.5 and a.no_mean.accuracy == a.relu.accuracy),
            "single_misleads": Claim(lambda a: a.single.error, above=1e-2),
        },
    )
