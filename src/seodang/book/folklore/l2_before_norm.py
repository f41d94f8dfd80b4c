"""Does weight decay make the function smaller where batch normalization follows the weights?

What batch normalization makes of a layer does not depend on the size of its weights. A decay that shortens them therefore
changes no output; it changes how far a step of the same length turns them (van Laarhoven 2017). The same net with and
without normalization, with and without decay; and then the decayed weights of the hidden layers made ten times as long.
"""

import copy
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.blocks import blocks


@dataclass(frozen=True)
class Parameters:
    """Two hidden layers of 64 units, 600 steps of SGD at 0.2."""

    data: str = knob("digits", choices=NAMES)
    decay: float = knob(0.01, low=0, high=1)
    lr: float = knob(0.2, above=0, high=10)
    steps: int = knob(600, low=1, high=20_000)


def hidden(net: nn.Module) -> list[nn.Linear]:
    """The linear layers but the last."""
    return [layer for layer in net.children() if isinstance(layer, nn.Linear)][:-1]


def length(trained: Trained) -> float:
    """The Euclidean norm of the first layer's weights."""
    return float(hidden(trained.model)[0].weight.detach().norm())


def stretched(trained: Trained) -> float:
    """The largest change of an output, over the largest, when hidden weights grow tenfold; normalization reads the batch."""
    net = copy.deepcopy(trained.model).double().train()
    with torch.no_grad():
        before = net(trained.x_test.double())
        for layer in hidden(net):
            layer.weight.mul_(10)
        return float((net(trained.x_test.double()) - before).abs().max() / before.abs().max())


def turned(trained: Trained, lr: float) -> float:
    """By what share of its length the gradient step of 64 training images moves the first layer's weights."""
    net = copy.deepcopy(trained.model).train()
    weight = hidden(net)[0].weight
    (slope,) = torch.autograd.grad(F.cross_entropy(net(trained.x_train[:64]), trained.y_train[:64]), weight)
    return float(lr * slope.norm() / weight.detach().norm())


def experiment(p: Parameters) -> Experiment:
    """Without and with normalization, each without and with decay."""
    data = images(p.data)
    net = partial(blocks, [data.pixels, 64, 64, data.classes])
    free, decayed = (partial(torch.optim.SGD, lr=p.lr, weight_decay=decay) for decay in (0.0, p.decay))
    plain = Training(data=data.draw, model=partial(net, [nn.ReLU]), loss=F.cross_entropy, optimizer=free, steps=p.steps)
    norm = replace(plain, model=partial(net, [partial(nn.BatchNorm1d, 64), nn.ReLU]))
    return Experiment(
        arms={
            "plain": plain,
            "plain_decay": replace(plain, optimizer=decayed),
            "norm": norm,
            "norm_decay": replace(norm, optimizer=decayed),
        },
        metrics={"accuracy": Trained.accuracy, "length": length, "stretched": stretched, "turned": partial(turned, lr=p.lr)},
        claims={
            "weights_get_shorter": Claim(lambda arms: arms.norm_decay.length / arms.norm.length, below=0.5),
            "function_ignores_it": Claim(lambda arms: arms.norm_decay.stretched, below=1e-2),
            "not_without_norm": Claim(lambda arms: arms.plain_decay.stretched, above=1.0),
            "steps_turn_further": Claim(lambda arms: arms.norm_decay.turned / arms.norm.turned, above=2.0),
        },
    )
