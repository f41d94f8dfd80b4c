"""What is batch normalization for, and does it work by steadying the distribution of each layer's input?

It standardizes each unit over the minibatch, so that a layer no longer sees the scale of the weights below it
(Ioffe & Szegedy 2015). They credited the reduction of "internal covariate shift"; Santurkar et al. 2018 put the shift
back behind every normalization, on purpose, and it still trained. The `shaken` arm repeats that.
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
from seodang.models.shake import Shake


@dataclass(frozen=True)
class Parameters:
    """Ten hidden layers of 64 units, 300 steps of SGD; the `hot` arms use ten times the learning rate."""

    data: str = knob("digits", choices=NAMES)
    depth: int = knob(10, low=1, high=50)
    width: int = knob(64, low=2, high=4096)
    lr: float = knob(0.1, above=0, high=10)
    shake: float = knob(1.0, low=0, high=10)
    steps: int = knob(300, low=1, high=20_000)


def rescaled(trained: Trained) -> float:
    """The largest change of an output when the first weights grow tenfold, over the largest output; BN reads the batch."""
    model = copy.deepcopy(trained.model).double()
    for module in model.modules():
        module.train(isinstance(module, nn.BatchNorm1d))
    with torch.no_grad():
        before = model(trained.x_test.double())
        next(model.parameters()).mul_(10)
        return float((model(trained.x_test.double()) - before).abs().max() / before.abs().max())


def experiment(p: Parameters) -> Experiment:
    """A deep sigmoid net, bare, normalized, and normalized then shaken; a deep ReLU net at two learning rates."""
    data = images(p.data)
    sizes = [data.pixels, *[p.width] * p.depth, data.classes]
    norm, shake = partial(nn.BatchNorm1d, p.width), partial(Shake, p.shake)
    net, he = partial(blocks, sizes), partial(blocks, sizes, weights=nn.init.kaiming_normal_)
    sgd, hot = (partial(torch.optim.SGD, lr=lr) for lr in (p.lr, 10 * p.lr))
    bare = Training(data=data.draw, model=partial(net, [nn.Sigmoid]), loss=F.cross_entropy, optimizer=sgd, steps=p.steps)
    relu = replace(bare, model=partial(he, [nn.ReLU]))
    return Experiment(
        arms={
            "sigmoid": bare,
            "sigmoid_norm": replace(bare, model=partial(net, [norm, nn.Sigmoid])),
            "sigmoid_shaken": replace(bare, model=partial(net, [norm, shake, nn.Sigmoid])),
            "relu": relu,
            "relu_hot": replace(relu, optimizer=hot),
            "relu_norm_hot": replace(relu, optimizer=hot, model=partial(he, [norm, nn.ReLU])),
        },
        metrics={"accuracy": Trained.accuracy, "rescaled": rescaled},
        claims={
            "rescues": Claim(lambda arms: arms.sigmoid_norm.accuracy - arms.sigmoid.accuracy, above=0.75),
            "hot_works": Claim(lambda arms: arms.relu_norm_hot.accuracy - arms.relu_hot.accuracy, above=0.5),
            "scale_free": Claim(lambda arms: arms.sigmoid_norm.rescaled, below=1e-3),
            "shift_tolerated": Claim(lambda arms: arms.sigmoid_shaken.accuracy - arms.sigmoid.accuracy, above=0.7),
        },
    )
