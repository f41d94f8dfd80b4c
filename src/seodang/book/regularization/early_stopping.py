"""What is early stopping, what does it give, and in what sense is it a penalty on the weights?

Prechelt 1998: keep the parameters with the lowest loss on a validation set. Labels of which 40 % were redrawn are
memorized late, so a net that stops early has not learned them. On a quadratic of curvature c, t steps of rate r go the
share 1 - (1 - rc)^t of the way, ridge regression of 1/(rt) the share c / (c + 1/(rt)): how near are they (Bishop 1995,
section 4)?
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, EarlyStopping, Experiment, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """64-256-256-10, Adam at 0.003; a share of the training labels redrawn, 200 of the images set aside to look at."""

    data: str = knob("digits", choices=NAMES)
    redrawn: float = knob(0.4, low=0, high=1)
    aside: int = knob(200, low=10, high=10_000)
    patience: int = knob(5, low=1, high=1000)
    steps: int = knob(700, low=1, high=20_000)


def way(trained: Trained, ridge: bool, rate: float = 0.1, steps: int = 1000) -> torch.Tensor:
    """(pixels,) the share of the way to least squares, by direction of the training pixels' covariance."""
    x = trained.x_train.double()
    curvature = torch.linalg.eigvalsh((x - x.mean(0)).T @ (x - x.mean(0)) / len(x)).clamp(min=0)
    penalty = 1 / (rate * steps)
    gone: torch.Tensor = curvature / (curvature + penalty) if ridge else 1 - (1 - rate * curvature) ** steps
    return gone


def apart(trained: Trained) -> float:
    """The largest difference of the two shares over all directions."""
    return float((way(trained, ridge=True) - way(trained, ridge=False)).abs().max())


def likeness(trained: Trained) -> float:
    """The correlation of the two shares over all directions."""
    return float(torch.corrcoef(torch.stack([way(trained, ridge=True), way(trained, ridge=False)]))[0, 1])


def stop(trained: Trained) -> float:
    """The step at which it stopped; the last one where it did not."""
    return float(trained.stopped or len(trained.losses))


def experiment(p: Parameters) -> Experiment:
    """To the end and stopped, on labels partly redrawn and on clean ones."""
    data = images(p.data)

    def noisy(generator: torch.Generator) -> Split:
        return data.draw(generator).noisy(p.redrawn, data.classes, generator)

    adam, net = partial(torch.optim.Adam, lr=3e-3), partial(mlp, [data.pixels, 256, 256, data.classes])
    to_the_end = Training(data=noisy, model=net, loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    stopping = EarlyStopping(every=20, patience=p.patience, validation=p.aside / 1347)
    stopped = replace(to_the_end, stopping=stopping)
    return Experiment(
        arms={
            "to_the_end": to_the_end,
            "stopped": stopped,
            "clean_to_the_end": replace(to_the_end, data=data.draw),
            "clean_stopped": replace(stopped, data=data.draw),
        },
        metrics={
            "accuracy": Trained.accuracy,
            "train_accuracy": Trained.train_accuracy,
            "stop": stop,
            "apart": apart,
            "likeness": likeness,
        },
        claims={
            "stopping_gains": Claim(lambda a: a.stopped.accuracy - a.to_the_end.accuracy, above=0.08),
            "clean_costs_little": Claim(lambda a: a.clean_to_the_end.accuracy - a.clean_stopped.accuracy, below=0.02),
            "almost_ridge": Claim(lambda a: a.to_the_end.apart, below=0.1),
        },
    )
