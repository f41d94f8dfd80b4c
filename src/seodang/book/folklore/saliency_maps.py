"""Does a plausible saliency map explain what a model does?

A map that explained the model would change with the model. Some hardly do: multiplied by the input, the gradient of a net
with random weights draws the digit as well (Adebayo et al. 2018). Maps of a trained net are compared with those of
the same net before training, pixel by pixel, by rank; equal pixels share their mean rank.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp
from seodang.models.cnn import cnn


@dataclass(frozen=True)
class Parameters:
    """A perceptron and a convolutional net, 300 steps of Adam."""

    data: str = knob("digits", choices=NAMES)
    lr: float = knob(3e-3, above=0, high=1)
    steps: int = knob(300, low=1, high=20_000)


def slope(net: nn.Module, x: Tensor) -> Tensor:
    """(n, pixels) the derivative of each image's largest score by its pixels."""
    x = x.clone().requires_grad_()
    return torch.autograd.grad(net(x).amax(1).sum(), x)[0]


MAPS: dict[str, Callable[[nn.Module, Tensor], Tensor]] = {
    "gradient": lambda net, x: slope(net, x).abs(),
    "times_input": lambda net, x: (slope(net, x) * x).abs(),
}


def ranked(maps: Tensor) -> Tensor:
    """(n, pixels) the ranks in each row, those of equal pixels averaged."""
    order = maps.sort(dim=1).values.contiguous()
    below, up_to = (torch.searchsorted(order, maps.contiguous(), right=right) for right in (False, True))
    return (below + up_to) / 2


def likeness(trained: Trained, kind: str, to_input: bool = False) -> float:
    """Mean rank correlation of the trained net's maps with the untrained net's, or with the picture itself."""
    x = trained.x_test[:200]
    one = MAPS[kind](trained.model, x)
    other = x if to_input else MAPS[kind](trained.initial, x)
    ranks = torch.stack([ranked(one), ranked(other)])
    ranks = ranks - ranks.mean(2, keepdim=True)
    return float(F.cosine_similarity(ranks[0], ranks[1], dim=1).mean())


def experiment(p: Parameters) -> Experiment:
    """Both nets; each map against the untrained net's, and the product against the picture."""
    data = images(p.data)
    adam = partial(torch.optim.Adam, lr=p.lr)
    dense = partial(mlp, [data.pixels, 64, 64, data.classes])
    perceptron = Training(data=data.draw, model=dense, loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    conv = partial(cnn, (data.channels, data.side, data.side), [8, 16], [32], data.classes, batch_norm=False)
    return Experiment(
        arms={"perceptron": perceptron, "convolution": replace(perceptron, model=conv)},
        metrics={
            "accuracy": Trained.accuracy,
            "gradient": partial(likeness, kind="gradient"),
            "times_input": partial(likeness, kind="times_input"),
            "picture": partial(likeness, kind="times_input", to_input=True),
        },
        claims={
            "product_survives": Claim(lambda arms: arms.perceptron.times_input, above=0.5),
            "product_survives_in_convolution": Claim(lambda arms: arms.convolution.times_input, above=0.5),
            "gradient_does_not": Claim(lambda arms: arms.perceptron.gradient, below=0.3),
            "it_draws_the_picture": Claim(lambda arms: arms.perceptron.picture, above=0.5),
        },
    )
