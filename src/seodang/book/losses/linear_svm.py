"""What does a linear support vector machine learn, and how different is it from softmax regression?

The hinge loss with a margin of 1 summed over rivals (Weston & Watkins 1999), its terms squared (Tang 2013), and the
cross-entropy, each on a linear map with the same weight decay, on real digits. What is compared: accuracy, how many images
have no more influence at the end, the worst violation of the margin, and whether a row of weights is a picture of its class.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.hinge import violations


@dataclass(frozen=True)
class Parameters:
    """The images, the learning rate of AdamW and its weight decay, and steps."""

    data: str = knob("digits", choices=NAMES)
    lr: float = knob(0.03, above=0, high=1)
    decay: float = knob(0.1, low=0, high=10)
    steps: int = knob(600, low=1, high=20_000)


def hinge(scores: Tensor, targets: Tensor, power: int = 1) -> Tensor:
    """The mean over samples of the sum over rivals; the class itself pays exactly the margin of 1, which is taken off."""
    return (scores - scores.gather(1, targets[:, None]) + 1).clamp(min=0).pow(power).sum(dim=1).mean() - 1


def silent(trained: Trained) -> float:
    """The share of training images with a gradient of exactly 0 under the net's own loss."""
    with torch.no_grad():
        scores = trained.model(trained.x_train)
    scores = scores.double().requires_grad_()
    assert trained.loss is not None
    (slope,) = torch.autograd.grad(trained.loss(scores, trained.y_train), scores)
    return float((slope == 0).all(dim=1).float().mean())


def templates(trained: Trained) -> float:
    """The mean correlation of a class's row of weights with how its mean image differs from the mean of all."""
    x, y, rows = trained.x_train, trained.y_train, trained.model.get_parameter("weight").detach()
    means = torch.stack([x[y == c].mean(dim=0) for c in range(len(rows))]) - x.mean(dim=0)
    return float(F.cosine_similarity(rows - rows.mean(dim=0), means, dim=1).mean())


@torch.no_grad()
def margins(name: str, trained: Trained) -> float:
    """One of: the worst violation of the margin in training; the rank correlation of the images' losses, squared and not."""
    short = violations(trained.model(trained.x_train), trained.y_train)
    both = torch.stack([short.sum(dim=1), short.square().sum(dim=1)])[:, short.sum(dim=1) > 0]
    return float(short.max() if name == "worst" else torch.corrcoef(both.argsort(dim=1).argsort(dim=1).double())[0, 1])


def experiment(p: Parameters) -> Experiment:
    """The three losses on the same linear map."""
    data = images(p.data)
    svm = Training(
        data=data.draw,
        model=partial(nn.Linear, data.pixels, data.classes),
        loss=hinge,
        optimizer=partial(torch.optim.AdamW, lr=p.lr, weight_decay=p.decay),
        steps=p.steps,
    )
    return Experiment(
        arms={
            "svm": svm,
            "squared": replace(svm, loss=partial(hinge, power=2)),
            "softmax": replace(svm, loss=F.cross_entropy),
        },
        metrics={"accuracy": Trained.accuracy, "silent": silent, "templates": templates}
        | {name: partial(margins, name) for name in ("worst", "ranks")},
        claims={
            "same_accuracy": Claim(lambda a: abs(a.svm.accuracy - a.softmax.accuracy), below=0.015),
            "most_are_silent": Claim(lambda a: a.svm.silent, above=0.5),
            "softmax_never_silent": Claim(lambda a: a.softmax.silent == 0),
            "squares_mind_the_worst": Claim(lambda a: a.squared.worst <= 0.9 * a.svm.worst and a.squared.ranks < 1),
            "squares_gain": Claim(lambda a: a.squared.accuracy - a.softmax.accuracy, above=0),
            "rows_are_mean_images": Claim(lambda a: min(a.svm.templates, a.softmax.templates), above=0.5),
        },
    )
