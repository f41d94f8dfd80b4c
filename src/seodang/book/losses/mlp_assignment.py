"""Build the 784-256-10 MLP for MNIST: what does each part of the recipe contribute?

The assignment: 256 hidden units, batches of 256, Adam at 0.001, cross-entropy; 784-256-10 on MNIST, 64-256-10
on the embedded digits. One change at a time: one linear layer, SGD at Adam's rate and at one of its own, batches of 64.
The linear layer has a rate of its own too: 0.03 was the best for it of eight from 0.001 to 0.3, as 1.0 was for SGD.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """The assignment's numbers; 600 steps are about 120 epochs of the small digits, 2.5 of MNIST."""

    data: str = knob("digits", choices=NAMES)
    width: int = knob(256, low=1, high=4096)
    lr: float = knob(1e-3, above=0, high=1)
    batch: int = knob(256, low=1, high=1_347)
    steps: int = knob(600, low=1, high=20_000)


def parameters(t: Trained) -> float:
    """How many numbers were learned."""
    return float(sum(one.numel() for one in t.model.parameters()))


def first_loss(t: Trained) -> float:
    """The loss of the untrained net on the test images: ln 10 = 2.303 is what guessing costs."""
    with torch.no_grad():
        return float(F.cross_entropy(t.initial(t.x_test), t.y_test))


def gap(t: Trained) -> float:
    """Training accuracy minus test accuracy."""
    return t.train_accuracy() - t.accuracy()


def assigned(inputs: int) -> int:
    """Weights and biases of inputs-256-10."""
    return inputs * 256 + 256 + 256 * 10 + 10


def experiment(p: Parameters) -> Experiment:
    """The assignment and four single changes."""
    data = images(p.data)
    adam, sgd = (partial(make, lr=p.lr) for make in (torch.optim.Adam, torch.optim.SGD))
    brisk = partial(torch.optim.Adam, lr=30 * p.lr)
    net = partial(mlp, [data.pixels, p.width, data.classes])
    recipe = Training(data=data.draw, model=net, loss=F.cross_entropy, optimizer=adam, steps=p.steps, batch=p.batch)
    return Experiment(
        arms={
            "assignment": recipe,
            "linear": replace(recipe, model=partial(mlp, [data.pixels, data.classes]), optimizer=brisk),
            "sgd": replace(recipe, optimizer=sgd),
            "tuned_sgd": replace(recipe, optimizer=partial(torch.optim.SGD, lr=1_000 * p.lr)),
            "small_batch": replace(recipe, batch=64),
        },
        metrics={
            "accuracy": Trained.accuracy,
            "train_accuracy": Trained.train_accuracy,
            "gap": gap,
            "first_loss": first_loss,
            "parameters": parameters,
        },
        claims={
            "reads_digits": Claim(lambda a: a.assignment.accuracy, above=0.96),
            "learned_by_heart": Claim(lambda a: a.assignment.train_accuracy, above=0.99),
            "counted": Claim(lambda a: a.assignment.parameters == assigned(data.pixels) and assigned(784) == 203_530),
            "hidden_layer_pays": Claim(lambda a: a.assignment.accuracy - a.linear.accuracy, above=0.01),
            "adam_is_needed": Claim(lambda a: a.assignment.accuracy - a.tuned_sgd.accuracy, above=0.01),
        },
    )
