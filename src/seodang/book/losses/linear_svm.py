"""What does a linear support vector machine learn, and how different is it from softmax regression?

The hinge loss with a margin of 1 summed over rivals (Weston & Watkins 1999) and the cross-entropy, each on a linear map with
the same weight decay, on real digits. What is compared: accuracy, how many images have no more influence at the end, and
whether a row of weights is a picture of its class.
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
    """The images, the learning rate of AdamW and its weight decay, and steps."""

    data: str = knob("digits", choices=NAMES)
    lr: float = knob(0.01, above=0, high=1)
    decay: float = knob(0.1, low=0, high=10)
    steps: int = knob(600, low=1, high=20_000)


def hinge(scores: Tensor, targets: Tensor) -> Tensor:
    """The mean over samples of the sum over rivals; the class itself pays exactly the margin of 1, which is taken off."""
    right = scores.gather(1, targets[:, None])
    return (scores - right + 1).clamp(min=0).sum(dim=1).mean() - 1


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


def experiment(p: Parameters) -> Experiment:
    """The two losses on the same linear map."""
    data = images(p.data)
    svm = Training(
        data=data.draw,
        model=partial(nn.Linear, data.pixels, data.classes),
        loss=hinge,
        optimizer=partial(torch.optim.AdamW, lr=p.lr, weight_decay=p.decay),
        steps=p.steps,
    )
    return Experiment(
        arms={"svm": svm, "softmax": replace(svm, loss=F.cross_entropy)},
        metrics={"accuracy": Trained.accuracy, "silent": silent, "templates": templates},
        claims={
            "same_accuracy": Claim(lambda a: abs(a.svm.accuracy - a.softmax.accuracy), below=0.015),
            "most_are_silent": Claim(lambda a: a.svm.silent, above=0.5),
            "softmax_never_silent": Claim(lambda a: a.softmax.silent == 0),
            "rows_are_mean_images": Claim(lambda a: min(a.svm.templates, a.softmax.templates), above=0.5),
        },
    )
