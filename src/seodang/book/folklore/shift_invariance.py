"""Are convolutional nets invariant to shifts of the image?

Convolution is *equivariant*: shift the image, and the maps shift. Strides and pooling keep only every second place, the
fully connected end looks at places, and small shifts change the answer (Azulay & Weiss 2019). Digits in the middle of a
larger frame, tested 1 to 4 pixels beside it.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp

SIDE = 16


@dataclass(frozen=True)
class Parameters:
    """Two convolutions with pooling on 16 x 16 pixels, 250 steps of Adam."""

    filters: int = knob(16, low=1, high=256)
    steps: int = knob(250, low=1, high=20_000)


def framed(generator: torch.Generator, shift: int = 0) -> Split:
    """Digits in the middle of 16 x 16 pixels; those to train on moved by up to `shift` at random."""
    x, y, x_test, y_test = digits(generator)
    big, big_test = (F.pad(part.view(-1, 8, 8), (4, 4, 4, 4)) for part in (x, x_test))
    by = torch.randint(-shift, shift + 1, (len(x), 2), generator=generator).tolist()
    moved = torch.stack([image.roll((down, right), (0, 1)) for image, (down, right) in zip(big, by, strict=True)])
    return Split(moved.flatten(1), y, big_test.flatten(1), y_test)


def net(filters: int, end: str) -> nn.Sequential:
    """Convolution, pooling, convolution, and an end that sees places, or the mean over all places."""
    body = [nn.Unflatten(1, (1, SIDE, SIDE)), nn.Conv2d(1, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    body += [nn.Conv2d(filters, 2 * filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    if end == "global":
        return nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2 * filters, 10))
    return nn.Sequential(*body, nn.Flatten(), nn.Linear(2 * filters * 16, 10))


def moved(trained: Trained, by: int) -> Tensor:
    """(n,) the classes given to test images moved to the right by so many pixels; nothing of a digit leaves the frame."""
    x = trained.x_test.view(-1, SIDE, SIDE).roll(by, 2).flatten(1)
    with torch.no_grad():
        return torch.argmax(trained.model(x), dim=1)


def accuracy(trained: Trained, by: int) -> float:
    """Test accuracy on the moved images."""
    return float((moved(trained, by) == trained.y_test).float().mean())


def steady(trained: Trained) -> float:
    """The share of test images that keep their class when moved by one pixel."""
    return float((moved(trained, 1) == moved(trained, 0)).float().mean())


def experiment(p: Parameters) -> Experiment:
    """A perceptron; a convolutional net with places at its end, with a mean over places, and trained on moved digits."""
    adam = partial(torch.optim.Adam, lr=5e-3)
    conv = Training(
        data=framed, model=partial(net, p.filters, "places"), loss=F.cross_entropy, optimizer=adam, steps=p.steps
    )
    return Experiment(
        arms={
            "perceptron": replace(conv, model=partial(mlp, [SIDE * SIDE, 64, 10])),
            "conv": conv,
            "mean": replace(conv, model=partial(net, p.filters, "global")),
            "moved": replace(conv, data=partial(framed, shift=4)),
        },
        metrics={**{f"at_{by}": partial(accuracy, by=by) for by in (0, 1, 2, 3, 4)}, "steady": steady},
        claims={
            "conv_is_not_invariant": Claim(lambda arms: arms.conv.at_0 - arms.conv.at_3, above=0.2),
            "better_than_perceptron": Claim(lambda arms: arms.conv.at_1 - arms.perceptron.at_1, above=0.05),
            "mean_is_not_exact": Claim(lambda arms: arms.mean.steady < 1),
            "period_of_four": Claim(
                lambda arms: arms.mean.at_4 - max(arms.mean.at_1, arms.mean.at_2, arms.mean.at_3), above=0.1
            ),
            "mean_is_nearly": Claim(lambda arms: arms.mean.at_0 - arms.mean.at_3, below=0.1),
            "data_teach_it": Claim(lambda arms: arms.moved.at_3 - arms.conv.at_3, above=0.2),
        },
    )
