"""How does deep learning differ from machine learning: who makes the features, and does it win?

Deep learning is machine learning whose features are learned along with the classifier (Goodfellow, Bengio & Courville
2016, chapter 1). Three representations of the same digits: pixels, a layer of random units, a layer that was learned.
On each of them two old methods, three nearest neighbours and least squares, beside the net itself.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Supervised, Trained, Training, Turn, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """The images, the width of the hidden layer, and steps of Adam."""

    data: str = knob("digits", choices=NAMES)
    width: int = knob(256, low=1, high=4096)
    lr: float = knob(0.003, above=0, high=1)
    steps: int = knob(300, low=1, high=20_000)


def features(trained: Trained) -> tuple[Tensor, Tensor]:
    """What the last layer is given, for training and for test images: pixels if there is no other layer."""
    below = nn.Sequential(*list(trained.model.children())[:-1])
    with torch.no_grad():
        return below(trained.x_train), below(trained.x_test)


def neighbours(trained: Trained) -> float:
    """Test accuracy of the three nearest neighbours, measured between features."""
    x, x_test = features(trained)
    nearest = (x.square().sum(dim=1) - 2 * x_test @ x.T).topk(3, largest=False).indices
    return float((trained.y_train[nearest].mode(dim=1).values == trained.y_test).float().mean())


def least_squares(trained: Trained) -> float:
    """Test accuracy of a linear classifier fitted to the features by least squares with a small penalty."""
    ones = [torch.cat([part, torch.ones(len(part), 1)], dim=1).double() for part in features(trained)]
    weights = torch.linalg.solve(
        ones[0].T @ ones[0] + 0.1 * torch.eye(ones[0].shape[1]), ones[0].T @ F.one_hot(trained.y_train).double()
    )
    return float(((ones[1] @ weights).argmax(dim=1) == trained.y_test).float().mean())


def experiment(p: Parameters) -> Experiment:
    """A linear net on pixels, on random units of which only the last layer is trained, and on learned units."""
    data, objective, adam = images(p.data), Supervised(F.cross_entropy), partial(torch.optim.Adam, lr=p.lr)
    hidden = Training(
        data=data.draw,
        model=partial(mlp, [data.pixels, p.width, data.classes]),
        turns=(Turn(objective, adam),),
        steps=p.steps,
    )
    return Experiment(
        arms={
            "pixels": replace(hidden, model=partial(mlp, [data.pixels, data.classes])),
            "random": replace(hidden, turns=(Turn(objective, adam, of="2"),)),
            "learned": hidden,
        },
        metrics={"accuracy": Trained.accuracy, "least_squares": least_squares, "neighbours": neighbours},
        claims={
            "neighbours_win": Claim(lambda a: a.pixels.neighbours - a.learned.accuracy, above=0.005),
            "learned_helps_lines": Claim(lambda a: a.learned.least_squares - a.pixels.least_squares, above=0.02),
            "learned_beats_random": Claim(lambda a: a.learned.least_squares > a.random.least_squares),
            "learned_helps_neighbours": Claim(lambda a: a.learned.neighbours > a.pixels.neighbours),
        },
    )
