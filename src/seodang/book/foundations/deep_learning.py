"""What is deep learning: what does a layer that is learned do for the line behind it?

Three spiral arms (after CS231n's case study), which no straight lines can tell apart. A softmax alone; the same softmax
behind 30 ReLU units that stay as they were drawn; and behind 30 units that are learned with it (LeCun, Bengio & Hinton
2015: representations that are learned, layer by layer).
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F

from seodang.data.spiral import spiral
from seodang.experiment import Claim, Experiment, Supervised, Trained, Training, Turn, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Units of the hidden layer, and full-batch steps of Adam."""

    width: int = knob(30, low=1, high=1000)
    lr: float = knob(0.02, above=0, high=10)
    steps: int = knob(500, low=1, high=20_000)


def experiment(p: Parameters) -> Experiment:
    """A softmax on the points, on a random layer, on a learned layer, and on two learned layers."""
    objective, adam = Supervised(F.cross_entropy), partial(torch.optim.Adam, lr=p.lr)
    everything, last = (Turn(objective, adam),), (Turn(objective, adam, of="2"),)
    learned = Training(data=spiral, model=partial(mlp, [2, p.width, 3]), turns=everything, steps=p.steps, batch=300)
    return Experiment(
        arms={
            "linear": replace(learned, model=partial(mlp, [2, 3])),
            "random": replace(learned, turns=last),
            "learned": learned,
            "two_learned": replace(learned, model=partial(mlp, [2, p.width, p.width, 3])),
        },
        metrics={"accuracy": Trained.accuracy, "train": Trained.train_accuracy},
        claims={
            "lines_fail": Claim(lambda arms: arms.linear.train, below=0.6),
            "layer_succeeds": Claim(lambda arms: arms.learned.train, above=0.95),
            "gap": Claim(lambda arms: arms.learned.train - arms.linear.train, above=0.35),
            "learning_matters": Claim(lambda arms: arms.learned.accuracy - arms.random.accuracy, above=0.05),
        },
    )
