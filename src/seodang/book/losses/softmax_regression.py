"""How does logistic regression, or with several classes softmax regression, come to probabilities, and what is its gradient?

Cox 1958; Bishop 2006, 4.3. The gradient of the cross-entropy in a score is the probability minus what should have been.
It is compared with difference quotients in double precision. Then real digits, for 300 steps and for ten times as many.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.linear import linear_from_zero

DIFFERENCE = 1e-5


@dataclass(frozen=True)
class Parameters:
    """The images, the learning rate of Adam, and steps."""

    data: str = knob("digits", choices=NAMES)
    lr: float = knob(0.02, above=0, high=1)
    steps: int = knob(300, low=1, high=2000)


def scores(trained: Trained) -> tuple[Tensor, Tensor]:
    """The scores of all test images in double precision, and their classes."""
    with torch.no_grad():
        return trained.model(trained.x_test).double(), trained.y_test


def gradient_gap(trained: Trained) -> float:
    """How far p - y is from the difference quotient of the cross-entropy, relative to the largest entry."""
    z, y = scores(trained)
    step = DIFFERENCE * torch.eye(z.shape[1], dtype=torch.double)

    def losses(moved: Tensor) -> Tensor:
        return moved.logsumexp(dim=2) - moved.gather(2, y[:, None, None].expand(-1, len(step), 1))[..., 0]

    measured = (losses(z[:, None] + step) - losses(z[:, None] - step)) / (2 * DIFFERENCE)
    written = z.softmax(dim=1) - F.one_hot(y, z.shape[1])
    return float((written - measured).abs().max() / measured.abs().max())


def sigmoid_gap(trained: Trained) -> float:
    """How far the softmax of the scores of two classes is from the sigmoid of their difference."""
    z, _ = scores(trained)
    return float((z[:, :2].softmax(dim=1)[:, 0] - (z[:, 0] - z[:, 1]).sigmoid()).abs().max())


def sure(trained: Trained) -> float:
    """The mean probability of the class that is named, minus the share that is right."""
    z, y = scores(trained)
    largest, named = z.softmax(dim=1).max(dim=1)
    return float(largest.mean() - (named == y).double().mean())


def size(trained: Trained) -> float:
    """The Euclidean norm of the weights."""
    return float(torch.nn.utils.parameters_to_vector(trained.model.parameters()).detach().norm())


def experiment(p: Parameters) -> Experiment:
    """Softmax regression for a while, for ten times as long, and as long with weight decay."""
    data = images(p.data)
    adam = partial(torch.optim.AdamW, lr=p.lr, weight_decay=0.0)
    short = Training(
        data=data.draw,
        model=partial(linear_from_zero, data.pixels, data.classes),
        loss=F.cross_entropy,
        optimizer=adam,
        steps=p.steps,
    )
    long = replace(short, steps=10 * p.steps)
    gaps = {"gradient_gap": gradient_gap, "sigmoid_gap": sigmoid_gap}
    return Experiment(
        arms={"short": short, "long": long, "decayed": replace(long, optimizer=partial(adam, weight_decay=0.1))},
        metrics={"accuracy": Trained.accuracy, "train": Trained.train_accuracy, "size": size, "sure": sure} | gaps,
        claims={
            "gradient_is_right": Claim(lambda a: a.short.gradient_gap, below=1e-7),
            "two_classes_are_sigmoid": Claim(lambda a: a.short.sigmoid_gap, below=1e-12),
            "reads_digits": Claim(lambda a: a.short.accuracy, above=0.93),
            "weights_grow": Claim(lambda a: a.long.size / a.short.size, above=1.5),
            "sureness_grows": Claim(lambda a: a.long.sure - a.short.sure, above=0.005),
            "decay_stops_it": Claim(lambda a: a.decayed.size < a.long.size / 2),
        },
    )
