"""Which four parts make every deep-learning task, and what does each do to the result when it alone is exchanged?

Data, model, loss and optimization algorithm (as in Goodfellow, Bengio & Courville 2016, 5.10). A base training is changed
in one field at a time: 40 % of the labels redrawn; no hidden layer; squared error in place of cross-entropy; Adam in place
of SGD. With squared error the learning rate of SGD is then changed too.
"""

from dataclasses import dataclass, fields, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """The images, the share of redrawn labels, and steps of training."""

    data: str = knob("digits", choices=NAMES)
    noise: float = knob(0.4, low=0, high=1)
    steps: int = knob(600, low=1, high=20_000)


def squared(scores: Tensor, targets: Tensor) -> Tensor:
    """Mean squared distance from 1 for the right class and 0 for the others."""
    return F.mse_loss(scores, torch.eye(scores.shape[-1], dtype=scores.dtype, device=scores.device)[targets])


def experiment(p: Parameters) -> Experiment:
    """A base training, and four that differ from it in one field each."""
    data = images(p.data)

    def noisy(generator: torch.Generator) -> Split:
        return data.draw(generator).noisy(p.noise, data.classes, generator)

    base = Training(
        data=data.draw,
        model=partial(mlp, [data.pixels, 128, data.classes]),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.SGD, lr=0.1),
        steps=p.steps,
    )
    arms = {
        "base": base,
        "other_data": replace(base, data=noisy),
        "other_model": replace(base, model=partial(mlp, [data.pixels, data.classes])),
        "other_loss": replace(base, loss=squared),
        "other_optimizer": replace(base, optimizer=partial(torch.optim.Adam, lr=0.003)),
    }
    swaps = list(arms)[1:]
    arms["loss_and_rate"] = replace(arms["other_loss"], optimizer=partial(torch.optim.SGD, lr=2.0))
    changed = [
        [f.name for f in fields(base) if getattr(arm, f.name) != getattr(base, f.name)] for arm in map(arms.get, swaps)
    ]
    return Experiment(
        arms=arms,
        metrics={"accuracy": Trained.accuracy, "train": Trained.train_accuracy},
        claims={
            "one_field_each": Claim(lambda _: changed == [["data"], ["model"], ["loss"], ["optimizer"]]),
            "each_matters": Claim(lambda a: all(abs(getattr(a, name).accuracy - a.base.accuracy) > 0.005 for name in swaps)),
            "data_matter_most": Claim(lambda a: a.other_data.accuracy == min(getattr(a, name).accuracy for name in swaps)),
            "optimizer_gains": Claim(lambda a: a.other_optimizer.accuracy - a.base.accuracy, above=0.005),
            "parts_depend": Claim(lambda a: a.loss_and_rate.accuracy - a.other_loss.accuracy, above=0.02),
        },
    )
