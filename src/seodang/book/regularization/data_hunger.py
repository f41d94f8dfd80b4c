"""What is the biggest weakness of neural networks?

Their hunger for data: the error falls as a power of the number of examples (Hestness et al. 2017), so that halving it costs
a multiple of the data, and with few examples the nearest neighbour is as good. Two more: they are sure of themselves on
images that show nothing, and a small change of every pixel misleads them (Goodfellow, Shlens & Szegedy 2015).
"""

import math
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.experiment.claims import Arms
from seodang.models import mlp

SIZES = (20, 50, 100, 200, 400, 800, 1_347)


@dataclass(frozen=True)
class Parameters:
    """One hidden layer of 64 units, 800 steps of Adam, on the first n training images; `attack` is in shares of white."""

    data: str = knob("digits", choices=NAMES)
    width: int = knob(64, low=1, high=4096)
    lr: float = knob(3e-3, above=0, high=1)
    attack: float = knob(0.1, low=0, high=1)
    steps: int = knob(800, low=1, high=20_000)


def neighbour(trained: Trained) -> float:
    """Test accuracy of the nearest training image."""
    nearest = torch.cdist(trained.x_test[:1_000], trained.x_train).argmin(1)
    return float((trained.y_train[nearest] == trained.y_test[:1_000]).float().mean())


def attacked(trained: Trained, by: float) -> float:
    """Test accuracy when every pixel is moved by `by` in the direction that raises the loss."""
    x = trained.x_test.clone().requires_grad_()
    (slope,) = torch.autograd.grad(F.cross_entropy(trained.model(x), trained.y_test), x)
    with torch.no_grad():
        fooled = trained.model((x + by * slope.sign()).clamp(0, 1)).argmax(1)
    return float((fooled == trained.y_test).float().mean())


def sure_of_nothing(trained: Trained) -> float:
    """The mean probability of the class chosen for images whose pixels are drawn at random from the test images."""
    places = torch.rand(trained.x_test.shape, generator=torch.Generator().manual_seed(trained.seed)).argsort(0)
    with torch.no_grad():
        outputs = trained.model(trained.x_test.gather(0, places))
    return float(outputs.softmax(1).amax(1).mean())


def line(arms: Arms) -> tuple[float, float]:
    """Slope and R² of the straight line through log error over log n."""
    points = [(math.log(n), math.log(1 - getattr(arms, f"n_{n}").accuracy)) for n in SIZES]
    x, y = (torch.tensor(side, dtype=torch.double) for side in zip(*points, strict=True))
    x, y = x - x.mean(), y - y.mean()
    slope = float((x * y).sum() / (x * x).sum())
    return slope, float(slope * (x * y).sum() / (y * y).sum())


def experiment(p: Parameters) -> Experiment:
    """The same net on more and more images."""
    data = images(p.data)

    def first(n: int, generator: torch.Generator) -> Split:
        return data.draw(generator).first(n)

    net, adam = partial(mlp, [data.pixels, p.width, data.classes]), partial(torch.optim.Adam, lr=p.lr)
    base = Training(data=partial(first, SIZES[0]), model=net, loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    return Experiment(
        arms={"n_20": base} | {f"n_{n}": replace(base, data=partial(first, n)) for n in SIZES[1:]},
        metrics={
            "accuracy": Trained.accuracy,
            "neighbour": neighbour,
            "attacked": partial(attacked, by=p.attack),
            "sure": sure_of_nothing,
        },
        claims={
            "power_law": Claim(lambda arms: line(arms)[1], above=0.9),
            "slow": Claim(lambda arms: -line(arms)[0], below=1.0),
            "neighbour_keeps_up": Claim(lambda arms: arms.n_50.neighbour - arms.n_50.accuracy, above=-0.02),
            "easily_fooled": Claim(lambda arms: arms.n_1347.accuracy - arms.n_1347.attacked, above=0.3),
            "sure_of_nothing": Claim(lambda arms: arms.n_1347.sure, above=0.5),
        },
    )
