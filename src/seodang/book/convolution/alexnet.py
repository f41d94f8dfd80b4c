"""What did AlexNet introduce, and what does each piece do when it is left out of a small copy?

ReLU, overlapping pooling, local response normalization, dropout, augmented images, two processors (Krizhevsky, Sutskever &
Hinton 2012). The copy has the same layers for digits; every arm lacks one of the pieces. The real one is counted.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.counting.tracing import count_module
from seodang.data.digits import digits
from seodang.data.split import Split
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.alexnet import alexnet, alexnet_small

SIDE = 8


@dataclass(frozen=True)
class Parameters:
    """Training of all arms."""

    dropout: float = knob(0.5, low=0, below=1)
    lr: float = knob(0.002, above=0, high=1)
    steps: int = knob(500, low=1, high=5000)


def net(**pieces: object) -> nn.Sequential:
    """The small copy, of flat pixels, each shown as 2 x 2: twice pooled with windows of 3, 8 x 8 would leave one place."""
    build: Callable[..., nn.Sequential] = partial(alexnet_small, 10, (1, 2 * SIDE, 2 * SIDE))
    return nn.Sequential(nn.Unflatten(1, (1, SIDE, SIDE)), nn.Upsample(scale_factor=2), *build(**pieces))


def augmented(generator: torch.Generator) -> Split:
    """The digits, and of each training image a copy moved by a pixel: to the left, right, up or down."""
    x, y, x_test, y_test = digits(generator)
    padded = F.pad(x.view(-1, SIDE, SIDE), (1, 1, 1, 1))
    moved = torch.stack([padded[:, i : i + SIDE, j : j + SIDE] for i, j in ((0, 1), (2, 1), (1, 0), (1, 2))])
    way = torch.randint(4, (len(x),), generator=generator)
    return Split(torch.cat([x, moved[way, torch.arange(len(x))].flatten(1)]), y.repeat(2), x_test, y_test)


def shifted(trained: Trained) -> float:
    """The accuracy on test images moved to the right by one pixel."""
    x = F.pad(trained.x_test.view(-1, SIDE, SIDE)[:, :, :-1], (1, 0)).flatten(1)
    with torch.no_grad():
        return float((trained.model(x).argmax(-1) == trained.y_test).float().mean())


def published() -> tuple[int, float, float]:
    """Parameters, thousand million multiply-adds, and receptive field of the last map of AlexNet in one tower."""
    with torch.device("meta"):
        network = count_module(alexnet(), (3, 224, 224))
    fields = [layer.field for layer in network.layers if layer.kind == "MaxPool2d"]
    assert fields[-1] is not None
    return network.parameters, round(network.macs / 1e9, 3), fields[-1].size[0]


def experiment(p: Parameters) -> Experiment:
    """The whole recipe, and six without one piece."""
    adam = partial(torch.optim.Adam, lr=p.lr)
    whole = Training(
        data=augmented, model=partial(net, dropout=p.dropout), loss=F.cross_entropy, optimizer=adam, steps=p.steps, batch=32
    )
    without = {
        "sigmoid": replace(whole, model=partial(net, dropout=p.dropout, activation=nn.Sigmoid)),
        "no_response": replace(whole, model=partial(net, dropout=p.dropout, normalization=nn.Identity)),
        "no_dropout": replace(whole, model=partial(net, dropout=0.0)),
        "no_overlap": replace(whole, model=partial(net, dropout=p.dropout, pooling=(2, 2))),
        "no_augmenting": replace(whole, data=digits),
    }
    return Experiment(
        arms={"whole": whole, **without},
        metrics={"accuracy": Trained.accuracy, "shifted": shifted},
        claims={
            "counts": Claim(lambda _: published() == (61_100_840, 0.714, 195)),
            "relu_matters_most": Claim(
                lambda a: a.sigmoid.accuracy < min(getattr(a, n).accuracy for n in without if n != "sigmoid")
            ),
            "response_is_idle": Claim(lambda a: abs(a.whole.accuracy - a.no_response.accuracy), below=0.01),
            "augmenting_for_shifts": Claim(lambda a: a.whole.shifted - a.no_augmenting.shifted, above=0.1),
        },
    )
