"""What must one watch when a network with batch normalization is used after training, and what is that in code?

In training each unit is standardized by the batch at hand, in evaluation by running averages collected on the way (Ioffe &
Szegedy 2015, algorithm 2). So a net left in training mode answers by the company a sample is in, and one whose averages
lag behind answers by statistics that were never true. In evaluation the layer is linear, and can be folded away.
"""

import copy
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.batch_norm import folded
from seodang.models.blocks import blocks


@dataclass(frozen=True)
class Parameters:
    """Two hidden layers of 64 units, 150 steps of SGD; in the `late` arm a step moves the averages by a thousandth."""

    data: str = knob("digits", choices=NAMES)
    lr: float = knob(0.1, above=0, high=10)
    late: float = knob(0.001, above=0, high=1)
    steps: int = knob(150, low=1, high=20_000)


def in_batches(trained: Trained, size: int, by_class: bool = False) -> float:
    """Test accuracy in training mode, the images answered `size` at a time; sorted by class, or as they come."""
    model, x, y = copy.deepcopy(trained.model).train(), trained.x_test, trained.y_test
    order = y.argsort(stable=True) if by_class else torch.arange(len(y))
    order = order[: len(y) // size * size]
    outputs = torch.cat([model(x[rows]) for rows in torch.split(order, size)])
    return float((outputs.argmax(1) == y[order]).float().mean())


def refused(trained: Trained) -> float:
    """1 where a single image in training mode raises a ValueError."""
    with suppress(ValueError):
        copy.deepcopy(trained.model).train()(trained.x_test[:1])
        return 0
    return 1


def two_variances() -> list[float]:
    """Of the batch 1, 2, 4: the variance by which it is normalized, and the one that goes into the running average."""
    norm, x = nn.BatchNorm1d(1, momentum=None), torch.tensor([[1.0], [2.0], [4.0]])
    return [float((x.std() / norm(x).detach().std()).square()), *norm.get_buffer("running_var").tolist()]


def fold_gap(trained: Trained) -> float:
    """The largest change of an output, over the largest, when each normalization is folded in; all in double precision."""
    layers = list(copy.deepcopy(trained.model).double().children())
    kept = [folded(a, b) if isinstance(a, nn.Linear) and isinstance(b, nn.BatchNorm1d) else a for a, b in pairwise(layers)]
    small = nn.Sequential(*(layer for layer in kept if not isinstance(layer, nn.BatchNorm1d)), layers[-1])
    before = nn.Sequential(*layers)(trained.x_test.double()).detach()
    return float((small(trained.x_test.double()).detach() - before).abs().max() / before.abs().max())


def experiment(p: Parameters) -> Experiment:
    """One net, its running averages kept as usual, and kept far too slowly."""
    data = images(p.data)

    def net(momentum: float) -> nn.Sequential:
        return blocks([data.pixels, 64, 64, data.classes], [partial(nn.BatchNorm1d, 64, momentum=momentum), nn.ReLU])

    sgd, loss = partial(torch.optim.SGD, lr=p.lr), F.cross_entropy
    usual = Training(data=data.draw, model=partial(net, 0.1), loss=loss, optimizer=sgd, steps=p.steps)
    ways = {"whole": (450, False), "pairs": (2, False), "by_class": (64, True)}
    asked = {way: partial(in_batches, size=size, by_class=by_class) for way, (size, by_class) in ways.items()}
    return Experiment(
        arms={"usual": usual, "late": replace(usual, model=partial(net, p.late))},
        metrics={"evaluation": Trained.accuracy, **asked, "refused": refused, "fold_gap": fold_gap},
        claims={
            "reads_digits": Claim(lambda arms: arms.usual.evaluation, above=0.97),
            "pairs_fail": Claim(lambda arms: arms.usual.pairs, below=0.7),
            "sorted_fails": Claim(lambda arms: arms.usual.by_class, below=0.6),
            "one_is_refused": Claim(lambda arms: arms.usual.refused == 1),
            "late_fails": Claim(lambda arms: arms.late.whole - arms.late.evaluation, above=0.1),
            "counts_twice": Claim(lambda _: [round(each, 3) for each in two_variances()] == [1.556, 2.333]),
            "folds_away": Claim(lambda arms: max(arms.usual.fold_gap, arms.late.fold_gap), below=1e-5),
        },
    )
