"""What does the last layer of a digit classifier put out, and what happens if softmax is applied once too often?

Ten scores (logits) without an activation; softmax makes them a distribution (Bridle 1990) and belongs to the loss, since
torch's cross_entropy contains it. After one softmax the scores lie within 0 and 1, so that the second cannot exceed
e / (e + 9) and the loss cannot fall below ln(1 + 9/e) = 1.461.
"""

import math
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """64 hidden units, Adam, 600 steps."""

    data: str = knob("digits", choices=NAMES)
    width: int = knob(64, low=1, high=4096)
    lr: float = knob(0.003, above=0, high=1)
    steps: int = knob(600, low=1, high=20_000)


def with_layer(sizes: list[int], *last: type[nn.Module]) -> nn.Sequential:
    """The classifier with something behind its last layer."""
    return nn.Sequential(*mlp(sizes), *(layer(-1) if layer is nn.Softmax else layer() for layer in last))


def scores(t: Trained) -> Tensor:
    """(n, classes) what the net gives for the test images, in double precision."""
    with torch.no_grad():
        outputs: Tensor = t.model(t.x_test)
    return outputs.double()


def train_loss(t: Trained) -> float:
    """The loss over all training images."""
    with torch.no_grad():
        return float(F.cross_entropy(t.model(t.x_train), t.y_train))


def shift_gap(t: Trained) -> float:
    """How far the probabilities move when π is added to all scores of an image."""
    return float((scores(t).softmax(1) - (scores(t) + math.pi).softmax(1)).abs().max())


def parts_gap(t: Trained) -> float:
    """cross_entropy on the scores against the mean of minus log_softmax at the right class."""
    picked = scores(t).log_softmax(1)[torch.arange(len(t.y_test)), t.y_test]
    return float((F.cross_entropy(scores(t), t.y_test) + picked.mean()).abs())


def sureness(t: Trained) -> float:
    """The largest probability that the loss sees, on average over test images."""
    return float(scores(t).softmax(1).amax(1).mean())


def experiment(p: Parameters) -> Experiment:
    """Raw scores; softmax, sigmoid or ReLU behind the last layer; the loss applies its own softmax to each."""
    data = images(p.data)
    sizes = [data.pixels, p.width, data.classes]
    floor = math.log(1 + (data.classes - 1) / math.e)
    adam = partial(torch.optim.Adam, lr=p.lr)
    raw = Training(data=data.draw, model=partial(mlp, sizes), loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    layers = {"softmax": nn.Softmax, "sigmoid": nn.Sigmoid, "relu": nn.ReLU}
    return Experiment(
        arms={"raw": raw} | {name: replace(raw, model=partial(with_layer, sizes, layer)) for name, layer in layers.items()},
        metrics={
            "accuracy": Trained.accuracy,
            "train_loss": train_loss,
            "sureness": sureness,
            "shift_gap": shift_gap,
            "parts_gap": parts_gap,
        },
        claims={
            "moves_together": Claim(lambda a: a.raw.shift_gap, below=1e-12),
            "one_call": Claim(lambda a: a.raw.parts_gap, below=1e-6),
            "floor": Claim(lambda a: a.softmax.train_loss >= floor > 10 * a.raw.train_loss),
            "same_accuracy": Claim(lambda a: abs(a.raw.accuracy - a.softmax.accuracy), below=0.02),
            "relu_harms": Claim(lambda a: a.raw.accuracy - a.relu.accuracy, above=0.05),
        },
    )
