"""What is self-supervised learning, and are its features better than those of a random network?

A task is made from the data alone: by how much was this image turned (Gidaris, Singh & Komodakis 2018), which two views come
from the same one (Chen, Kornblith, Norouzi & Hinton 2020). What the network has learned is asked of a linear classifier that
sees its features of five labelled digits a class; beside it, features of the same network untrained, and the pixels.
"""

from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split, images
from seodang.data.hangul import distorted
from seodang.experiment import Batch, Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.contrastive import contrastive_loss, turned


@dataclass(frozen=True)
class Parameters:
    """Labelled digits a class, and steps of pre-training."""

    labels: int = knob(5, low=1, high=50)
    steps: int = knob(120, low=1, high=5_000)


class Encoder(nn.Module):
    """Two convolutions with batch normalization to 128 features, and a head that only the made-up task sees."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, filters in ((1, 16), (16, 32)):
            layers += [nn.Conv2d(inputs, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU(), nn.MaxPool2d(2)]
        self.body, self.head = nn.Sequential(*layers, nn.Flatten()), nn.Linear(128, outputs)

    def forward(self, x: Tensor) -> Tensor:  # (n, 1, 8, 8) -> (n, outputs)
        return self.head(self.body(x))  # type: ignore[no-any-return]


def views(generator: torch.Generator) -> Split:
    """(n, 3, 8, 8) two distorted views of each training digit, and the digit as it is; labels are for the probe alone."""
    split = images("digits").draw(generator)
    x = split.x_train.view(-1, 8, 8).to(torch.get_default_dtype())
    both = [distorted(x, generator, shift=0.12, turn=15.0) for _ in range(2)]
    return Split(torch.stack([*both, x], dim=1), split.y_train, split.x_test, split.y_test)


def alike(net: nn.Module, batch: Batch) -> Tensor:
    """The loss of telling which two views belong together."""
    return contrastive_loss(net(batch.x[:, 0, None]), net(batch.x[:, 1, None]), 0.2)


def rotation(net: nn.Module, batch: Batch) -> Tensor:
    """The loss of telling by how many right angles a digit was turned."""
    x, y = turned(batch.x[:, 2, None])
    return F.cross_entropy(net(x), y)


def probe(trained: Trained, labels: int, of: str) -> float:
    """Test accuracy of a linear classifier on the features of so many labelled digits a class, by ridge regression."""
    x, y = trained.x_train[:, 2].flatten(1), trained.y_train
    rows = torch.cat([(y == digit).nonzero()[:labels, 0] for digit in range(10)])
    net = {"learned": trained.model, "random": trained.initial}.get(of)
    with torch.no_grad():
        known, asked = (net.body(z.view(-1, 1, 8, 8)) if net else z for z in (x[rows], trained.x_test))  # type: ignore[operator]
    known, asked = (
        torch.cat([(z - known.mean(0)) / (known.std(0) + 1e-3), torch.ones(len(z), 1)], 1) for z in (known, asked)
    )
    weights = known.T @ torch.linalg.solve(known @ known.T + 5 * torch.eye(len(known)), F.one_hot(y[rows], 10) - 0.1)
    return float(((asked @ weights).argmax(1) == trained.y_test).float().mean())


def experiment(p: Parameters) -> Experiment:
    """Views and turns, each at the best for it of three rates from 0.001 to 0.01, and compared with its own start."""
    adam = torch.optim.Adam
    made = {"views": (32, Turn(alike, partial(adam, lr=0.003))), "turns": (4, Turn(rotation, partial(adam, lr=0.001)))}
    return Experiment(
        arms={
            name: Training(data=views, model=partial(Encoder, n), turns=(turn,), steps=p.steps, batch=96)
            for name, (n, turn) in made.items()
        },
        metrics={of: partial(probe, labels=p.labels, of=of) for of in ("learned", "random", "pixels")},
        claims={
            "views_help": Claim(lambda a: a.views.learned - a.views.random, above=0.05),
            "turns_help": Claim(lambda a: a.turns.learned - a.turns.random, above=0.05),
            "beats_pixels": Claim(lambda a: a.views.learned - a.views.pixels, above=0),
        },
    )
