"""What are underfitting and overfitting, and how does the generalization gap grow while a net is trained?

Goodfellow, Bengio & Courville 2016, section 5.2: a model that cannot bring the training error down underfits; one whose
training error is low and whose test error is not overfits. The gap between the two is measured by capacity, by training
time, and with labels that mean nothing (Zhang et al. 2017).
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Two hidden layers of leaky ReLU, which cannot die; few training images for capacity, all of them for time."""

    data: str = knob("digits", choices=NAMES)
    few: int = knob(100, low=10, high=1000)
    noise: float = knob(0.4, low=0, high=1)
    width: int = knob(256, low=1, high=4096)
    early: int = knob(50, low=1, high=20_000)
    steps: int = knob(1200, low=1, high=20_000)


def gap(trained: Trained) -> float:
    """The generalization gap: accuracy on the training set minus accuracy on the test set."""
    return trained.train_accuracy() - trained.accuracy()


def experiment(p: Parameters) -> Experiment:
    """A narrow and a wide net on few images; a wide one on all, with clean, partly redrawn and meaningless labels."""
    data = images(p.data)

    def few(generator: torch.Generator) -> Split:
        return data.draw(generator).first(p.few)

    def noisy(share: float, generator: torch.Generator) -> Split:
        """The same share of labels redrawn in both sets: a gap compares two samples of the same kind."""
        split = data.draw(generator).noisy(share, data.classes, generator)
        turned = Split(split.x_test, split.y_test, split.x_train, split.y_train).noisy(share, data.classes, generator)
        return Split(split.x_train, split.y_train, turned.x_train, turned.y_train)

    def net(width: int) -> partial[torch.nn.Sequential]:
        return partial(mlp, [data.pixels, width, width, data.classes], torch.nn.LeakyReLU)

    adam = partial(torch.optim.Adam, lr=3e-3)
    clean = Training(data=data.draw, model=net(p.width), loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    wide = replace(clean, data=few)
    late = replace(clean, data=partial(noisy, p.noise))
    return Experiment(
        arms={
            "narrow": replace(wide, model=net(1)),
            "narrow_all": replace(clean, model=net(1)),
            "wide": wide,
            "clean": clean,
            "noisy_early": replace(late, steps=p.early),
            "noisy_late": late,
            "random": replace(clean, data=partial(noisy, 1.0)),
        },
        metrics={"gap": gap, "train_accuracy": Trained.train_accuracy, "accuracy": Trained.accuracy},
        claims={
            "narrow_underfits": Claim(lambda a: a.narrow.train_accuracy <= 0.6 and a.narrow.gap <= 0.05),
            "more_data_shuts_it": Claim(lambda a: a.narrow_all.train_accuracy <= 0.6 and a.narrow_all.gap <= 0.05),
            "wide_overfits": Claim(lambda a: a.wide.train_accuracy == 1 and a.wide.gap >= 0.07),
            "gap_grows": Claim(lambda a: a.noisy_early.gap <= 0.05 and a.noisy_late.gap >= 0.15),
            "clean_gap": Claim(lambda a: a.clean.gap, below=0.03),
            "random_memorized": Claim(lambda a: a.random.train_accuracy >= 0.95 and abs(a.random.accuracy - 0.1) <= 0.03),
        },
    )
