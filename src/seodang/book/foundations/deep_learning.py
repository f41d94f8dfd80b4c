"""What is deep learning: what does a layer that is learned do for the line behind it?

Three spiral arms (after CS231n's case study), which no straight lines can tell apart. A softmax alone; the same softmax
behind ReLU units that stay as they were drawn, 30 or 10; and behind as many that are learned with it (LeCun, Bengio & Hinton
2015: representations that are learned, layer by layer). After 500 steps, and with the softmax brought to its minimum on the
layer that is there then: that problem is convex, so that nobody lacks time.
"""

import copy
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.spiral import spiral
from seodang.experiment import Claim, Experiment, Supervised, Trained, Training, Turn, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Units of the hidden layer, of a narrow one, and full-batch steps of Adam."""

    width: int = knob(30, low=1, high=1000)
    narrow: int = knob(10, low=1, high=1000)
    lr: float = knob(0.02, above=0, high=10)
    steps: int = knob(500, low=1, high=20_000)


def solved(trained: Trained) -> float:
    """Test accuracy with the softmax trained to its minimum, by L-BFGS, behind the hidden layers as they have become."""
    *hidden, softmax = copy.deepcopy(trained.model).children()
    with torch.no_grad():
        x, x_test = (nn.Sequential(*hidden)(part) for part in (trained.x_train, trained.x_test))
    optimizer = torch.optim.LBFGS(softmax.parameters(), max_iter=1_000, line_search_fn="strong_wolfe")

    def loss() -> float:
        optimizer.zero_grad()
        value = F.cross_entropy(softmax(x), trained.y_train)
        value.backward()  # type: ignore[no-untyped-call]
        return float(value.detach())

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return float((softmax(x_test).argmax(1) == trained.y_test).float().mean())


def experiment(p: Parameters) -> Experiment:
    """A softmax on the points, on random layers, on learned layers, and on two learned layers."""
    objective, adam = Supervised(F.cross_entropy), partial(torch.optim.Adam, lr=p.lr)
    everything, last = (Turn(objective, adam),), (Turn(objective, adam, of="2"),)
    learned = Training(data=spiral, model=partial(mlp, [2, p.width, 3]), turns=everything, steps=p.steps, batch=300)
    narrow = replace(learned, model=partial(mlp, [2, p.narrow, 3]), steps=4 * p.steps)
    return Experiment(
        arms={
            "linear": replace(learned, model=partial(mlp, [2, 3])),
            "random": replace(learned, turns=last),
            "learned": learned,
            "random_narrow": replace(narrow, turns=last),
            "learned_narrow": narrow,
            "two_learned": replace(learned, model=partial(mlp, [2, p.width, p.width, 3])),
        },
        metrics={"accuracy": Trained.accuracy, "train": Trained.train_accuracy, "solved": solved},
        claims={
            "lines_fail": Claim(lambda arms: arms.linear.train, below=0.6),
            "layer_succeeds": Claim(lambda arms: arms.learned.train, above=0.95),
            "gap": Claim(lambda arms: arms.learned.train - arms.linear.train, above=0.35),
            "learning_matters": Claim(lambda arms: arms.learned.solved - arms.random.solved, above=0.05),
            "learning_matters_when_narrow": Claim(
                lambda arms: arms.learned_narrow.solved - arms.random_narrow.solved, above=0.05
            ),
            "learning_is_faster": Claim(lambda arms: arms.learned.accuracy - arms.random.accuracy, above=0.05),
        },
    )
