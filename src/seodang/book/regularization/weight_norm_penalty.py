"""What does a penalty on the size of the weights do, and is it the same as weight decay?

Krogh & Hertz 1992: of all weights that explain the data a penalty chooses the smallest, and small weights make a function
that reacts little to its input. The gradient of lambda/2 |w|² is lambda w, so SGD with the penalty shrinks the weights a
little at each step; Adam divides that gradient by its own size, which is why AdamW takes the shrinking out of it
(Loshchilov & Hutter 2019).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim import SGD, Adam, Optimizer

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Arms, Claim, Experiment, Trained, Training, knob
from seodang.models import mlp

PENALTIES = {"none": 0.0, "tiny": 1e-4, "small": 1e-3, "middle": 1e-2, "large": 3e-2}


@dataclass(frozen=True)
class Parameters:
    """One hidden layer of 128 units, 500 steps of SGD with momentum on the first 300 training images."""

    data: str = knob("digits", choices=NAMES)
    width: int = knob(128, low=1, high=4096)
    lr: float = knob(0.05, above=0, high=1)
    steps: int = knob(500, low=1, high=20_000)


def slope(trained: Trained) -> float:
    """The mean over test images of the norm of the gradient of the largest score by the pixels."""
    x = trained.x_test.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(trained.model(x).max(-1).values.sum(), x)
    return float(gradient.norm(dim=-1).mean())


def norm(trained: Trained) -> float:
    """The norm of all weights together."""
    return float(torch.cat([p.detach().flatten() for p in trained.model.parameters()]).norm())


def after(optimizer: Callable[..., Optimizer], decay: float, seed: int, steps: int = 50) -> Tensor:
    """(10,) weights after some steps down a random bowl, multiplied by 1 - decay before each."""
    draw = partial(torch.rand, 10, dtype=torch.double, generator=torch.Generator().manual_seed(seed))
    scale, weight = draw() + 0.1, (4 * draw() - 2).requires_grad_()
    turns = optimizer([weight])
    for _ in range(steps):
        weight.grad = scale * (weight.detach() - 1)
        weight.data.mul_(1 - decay)
        turns.step()
    return weight.detach()


def apart(kind: Callable[..., Optimizer], trained: Trained) -> float:
    """The largest difference between an L2 penalty of 0.1 in the gradient and shrinking by lr times 0.1; rate 0.05."""
    penalty = after(partial(kind, lr=0.05, weight_decay=0.1), 0, trained.seed)
    return float((penalty - after(partial(kind, lr=0.05), 0.05 * 0.1, trained.seed)).abs().max())


def order(a: Arms) -> float:
    """Spearman's rank correlation of the penalty and the slope, over the five penalties."""
    ranks = torch.tensor([getattr(a, name).slope for name in PENALTIES]).argsort().argsort()
    return float(torch.corrcoef(torch.stack([ranks, torch.arange(len(PENALTIES))]).double())[0, 1])


def experiment(p: Parameters) -> Experiment:
    """Five penalties."""
    data = images(p.data)

    def few(generator: torch.Generator) -> Split:
        return data.draw(generator).first(300)

    sgd, net = partial(SGD, lr=p.lr, momentum=0.9), partial(mlp, [data.pixels, p.width, data.classes])
    none = Training(data=few, model=net, loss=F.cross_entropy, optimizer=sgd, steps=p.steps)
    return Experiment(
        arms={name: replace(none, optimizer=partial(sgd, weight_decay=decay)) for name, decay in PENALTIES.items()},
        metrics={
            "slope": slope,
            "norm": norm,
            "accuracy": Trained.accuracy,
            "sgd": partial(apart, SGD),
            "adam": partial(apart, Adam),
        },
        claims={
            "smoother": Claim(order, below=-0.9),
            "same_for_sgd": Claim(lambda a: a.none.sgd, below=1e-6),
            "other_for_adam": Claim(lambda a: a.none.adam, above=1e-3),
        },
    )
