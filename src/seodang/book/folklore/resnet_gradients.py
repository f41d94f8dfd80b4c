"""Do residual nets work because they solve the vanishing gradient?

He, Zhang, Ren & Sun (2016, section 4.1) say themselves that vanishing is unlikely to be the difficulty: their plain deep
nets were normalized, their gradients healthy, and they trained badly all the same. Thirty layers with and without skip
connections: how large is the gradient that arrives at the first of them, and what is learned?
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob


@dataclass(frozen=True)
class Parameters:
    """30 blocks of a linear layer, normalization and ReLU, 64 units wide, 120 steps of SGD."""

    data: str = knob("digits", choices=NAMES)
    depth: int = knob(30, low=2, high=200)
    lr: float = knob(0.05, above=0, high=10)
    steps: int = knob(120, low=1, high=20_000)


class Block(nn.Module):
    """ReLU of the normalized linear map, and the input added to it where there is a skip connection."""

    def __init__(self, skip: bool, norm: bool) -> None:
        super().__init__()
        linear = nn.Linear(64, 64)
        nn.init.kaiming_normal_(linear.weight)
        self.path = nn.Sequential(linear, nn.BatchNorm1d(64) if norm else nn.Identity(), nn.ReLU())
        self.skip = skip

    def forward(self, x: Tensor) -> Tensor:  # (batch, 64)
        y: Tensor = self.path(x)
        return x + y if self.skip else y


def deep(pixels: int, classes: int, depth: int, skip: bool = False, norm: bool = True) -> nn.Sequential:
    """A first linear layer, blocks, and a last one."""
    return nn.Sequential(nn.Linear(pixels, 64), *(Block(skip, norm) for _ in range(depth)), nn.Linear(64, classes))


def arriving(trained: Trained) -> float:
    """Before training: the norm of the first block's gradient over the last block's, on 64 training images."""
    net = trained.initial.train()
    first, last = (next(block.parameters()) for block in (list(net.children())[1], list(net.children())[-2]))
    loss = F.cross_entropy(net(trained.x_train[:64]), trained.y_train[:64])
    below, above = torch.autograd.grad(loss, [first, last])
    return float(below.norm() / above.norm())


def experiment(p: Parameters) -> Experiment:
    """Plain without and with normalization, and residual."""
    data = images(p.data)
    net, sgd = partial(deep, data.pixels, data.classes, p.depth), partial(torch.optim.SGD, lr=p.lr)
    plain = Training(data=data.draw, model=net, loss=F.cross_entropy, optimizer=sgd, steps=p.steps)
    return Experiment(
        arms={
            "plain": plain,
            "plain_bare": replace(plain, model=partial(net, norm=False)),
            "residual": replace(plain, model=partial(net, skip=True)),
        },
        metrics={"accuracy": Trained.accuracy, "fitted": Trained.train_accuracy, "arriving": arriving},
        claims={
            "plain_does_not_vanish": Claim(lambda arms: arms.plain.arriving, above=0.1),
            "plain_fails_all_the_same": Claim(lambda arms: arms.residual.fitted - arms.plain.fitted, above=0.2),
            "residual_trains": Claim(lambda arms: arms.residual.accuracy, above=0.8),
        },
    )
