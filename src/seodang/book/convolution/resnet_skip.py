"""Why do skip connections allow depth?

A block that adds to its input what it has learned has the Jacobian I + J: the gradient has a way on which nothing is
multiplied (He et al. 2016a, 2016b; Veit, Wilber & Belongie 2016). Without it a deep net is worse on the training set
already, which no overfitting can explain.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.images import NAMES, images
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.residual_mlp import Block, residual_mlp


@dataclass(frozen=True)
class Parameters:
    """Layers of the deep and of the shallow net, 32 units wide."""

    data: str = knob("digits", choices=NAMES)
    deep: int = knob(58, low=4, high=200)
    shallow: int = knob(10, low=4, high=200)
    width: int = knob(32, low=1, high=512)
    lr: float = knob(0.003, above=0, high=10)
    steps: int = knob(300, low=1, high=20_000)


def he(layer: nn.Module) -> None:
    """The initialization that keeps the size of signals behind ReLU (He et al. 2015)."""
    if isinstance(layer, nn.Linear):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)


def with_he(depth: int, pixels: int, width: int, classes: int) -> nn.Module:
    """The plain net with that initialization."""
    return residual_mlp(pixels, width, depth, classes, skip=False).apply(he)


def last_loss(trained: Trained) -> float:
    """The mean training loss of the last 20 steps."""
    return float(trained.losses[-20:].mean())


def first_gradient(trained: Trained) -> float:
    """The norm of the gradient at the first layer's weights before training, on 256 training images."""
    net = trained.initial
    loss = F.cross_entropy(net(trained.x_train[:256]), trained.y_train[:256])
    (slope,) = torch.autograd.grad(loss, [next(net.parameters())])
    return float(slope.norm())


def identity_gap() -> float:
    """How far the Jacobian of a block is from I + J, with J that of its path, where its last ReLU lets pass."""
    block, x = Block(16, skip=True).double(), torch.linspace(-1, 1, 16, dtype=torch.double)
    jacobian: Any = torch.autograd.functional.jacobian
    expected = (block(x) > 0)[:, None] * (torch.eye(16, dtype=torch.double) + jacobian(block.path, x))
    return float((jacobian(block, x) - expected).abs().max())


def experiment(p: Parameters) -> Experiment:
    """Deep and shallow, with and without skip connections."""
    data = images(p.data)
    net = partial(residual_mlp, data.pixels, p.width, classes=data.classes)
    adam = partial(torch.optim.Adam, lr=p.lr)
    base = Training(data=data.draw, model=nn.Identity, loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    initialized = partial(with_he, pixels=data.pixels, width=p.width, classes=data.classes)
    models: dict[str, Any] = {
        **{"skip": partial(net, p.deep, skip=True), "skip_shallow": partial(net, p.shallow, skip=True)},
        **{"he": partial(initialized, p.deep), "he_shallow": partial(initialized, p.shallow)},
        **{"plain": partial(net, p.deep, skip=False), "plain_shallow": partial(net, p.shallow, skip=False)},
    }
    accuracies = {"accuracy": Trained.accuracy, "train_accuracy": Trained.train_accuracy}
    return Experiment(
        arms={name: replace(base, model=model) for name, model in models.items()},
        metrics={**accuracies, "last_loss": last_loss, "first_gradient": first_gradient},
        claims={
            "skip_saves_depth": Claim(lambda a: a.skip.accuracy - a.plain.accuracy, above=0.5),
            "shallow_needs_none": Claim(lambda a: abs(a.skip_shallow.accuracy - a.plain_shallow.accuracy), below=0.03),
            "he_cures_shallow": Claim(lambda a: abs(a.skip_shallow.accuracy - a.he_shallow.accuracy), below=0.03),
            "he_cures_deep": Claim(lambda a: a.skip.accuracy - a.he.accuracy, below=0.03),
            "not_overfitting": Claim(lambda a: a.plain.last_loss - a.plain_shallow.last_loss, above=0.5),
            "gradient_is_there": Claim(lambda a: a.he.first_gradient / a.skip.first_gradient, above=0.1),
            "identity_plus": Claim(lambda _: identity_gap(), below=1e-6),
        },
    )
