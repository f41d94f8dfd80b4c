"""Does batch normalization belong before or after the activation, and must every layer have one?

The paper normalizes before the activation (Ioffe & Szegedy 2015, 3.2), and so do ResNets; others found the reverse as good
or better (Mishkin, Sergievskiy & Matas 2017). Both orders, and normalization of one hidden layer alone, of every other
one, of the input, and of the output, in a net of eight hidden layers that hardly learns without.
"""

import copy
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob


@dataclass(frozen=True)
class Parameters:
    """Eight hidden layers of 64 units, torch's initialization, 200 steps of SGD."""

    data: str = knob("digits", choices=NAMES)
    depth: int = knob(8, low=2, high=50)
    width: int = knob(64, low=2, high=4096)
    lr: float = knob(0.1, above=0, high=10)
    steps: int = knob(200, low=1, high=20_000)


def stack(sizes: list[int], at: Collection[int], after: bool = False) -> nn.Sequential:
    """Linear and ReLU layers; normalized are those numbered in `at`: 1 the first hidden, 0 the input, -1 the output."""
    *hidden, last = range(1, len(sizes))
    layers: list[nn.Module] = [nn.BatchNorm1d(sizes[0])] if 0 in at else []
    for layer in hidden:
        norm = [nn.BatchNorm1d(sizes[layer])] if layer in at else []
        layers += [nn.Linear(sizes[layer - 1], sizes[layer]), *([nn.ReLU(), *norm] if after else [*norm, nn.ReLU()])]
    layers.append(nn.Linear(sizes[last - 1], sizes[last]))
    return nn.Sequential(*layers, *([nn.BatchNorm1d(sizes[last])] if -1 in at else []))


def bias_matters(trained: Trained) -> float:
    """The largest change of an output, over the largest, when the first bias grows by 1; normalization reads the batch."""
    model = copy.deepcopy(trained.model).double().train()
    with torch.no_grad():
        before = model(trained.x_test.double())
        next(m for m in model.children() if isinstance(m, nn.Linear)).bias.add_(1)
        return float((model(trained.x_test.double()) - before).abs().max() / before.abs().max())


def experiment(p: Parameters) -> Experiment:
    """Where the normalization stands, and in which layers."""
    data = images(p.data)
    net: Callable[..., nn.Sequential] = partial(stack, [data.pixels, *[p.width] * p.depth, data.classes])
    every = tuple(range(1, p.depth + 1))
    sgd = partial(torch.optim.SGD, lr=p.lr)
    none = Training(data=data.draw, model=partial(net, ()), loss=F.cross_entropy, optimizer=sgd, steps=p.steps)
    places = {"before": every, "first": (1,), "last": (p.depth,), "other": every[::2], "input": (0,), "output": (*every, -1)}
    return Experiment(
        arms={
            "none": none,
            "after": replace(none, model=partial(net, every, after=True)),
            **{name: replace(none, model=partial(net, at)) for name, at in places.items()},
        },
        metrics={"accuracy": Trained.accuracy, "bias_matters": bias_matters},
        claims={
            "order_is_a_tie": Claim(lambda arms: abs(arms.before.accuracy - arms.after.accuracy), below=0.01),
            "bias_is_redundant": Claim(lambda arms: arms.before.bias_matters, below=1e-5),
            "other_is_enough": Claim(lambda arms: arms.before.accuracy - arms.other.accuracy, below=0.02),
            "one_is_not_enough": Claim(
                lambda arms: arms.before.accuracy - max(arms.first.accuracy, arms.last.accuracy), above=0.1
            ),
            "last_alone_beats_first": Claim(lambda arms: arms.last.accuracy - arms.first.accuracy, above=0.5),
            "input_is_no_help": Claim(lambda arms: arms.input.accuracy - arms.none.accuracy, below=0.05),
        },
    )
