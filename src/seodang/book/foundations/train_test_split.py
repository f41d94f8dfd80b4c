"""Why is a model not judged on the data it was trained on, and by how much does a leak flatter it?

Labels are redrawn at random, so that there is nothing to learn and an honest accuracy is 0.1. A nearest neighbour (Cover &
Hart 1967) repeats what it has seen; a leak copies test images into the training set. In the last two arms the data are
noise with two classes, and the columns are chosen before or after the split (Hastie, Tibshirani & Friedman 2009, 7.10.2).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, knob

Learner = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Parameters:
    """The images, and the noise of the selection arms: `rows` samples with `columns` numbers each, of which 20 are kept."""

    data: str = knob("digits", choices=NAMES)
    rows: int = knob(100, low=20, high=1000)
    columns: int = knob(2000, low=20, high=20_000)


def nearest(x: Tensor, y: Tensor, queries: Tensor) -> Tensor:
    """The class of the nearest training sample."""
    return y[torch.cdist(queries, x, compute_mode="donot_use_mm_for_euclid_dist").argmin(dim=1)]


def linear(x: Tensor, y: Tensor, queries: Tensor) -> Tensor:
    """The class whose least-squares fit to 0 and 1 is largest."""
    targets = torch.nn.functional.one_hot(y).double()
    ones = [torch.cat([part, torch.ones(len(part), 1)], dim=1).double() for part in (x, queries)]
    scores: Tensor = ones[1] @ torch.linalg.pinv(ones[0]) @ targets
    return scores.argmax(dim=1)


def judged(learner: Learner, x: Tensor, y: Tensor, x_test: Tensor, y_test: Tensor) -> Mapping[str, float]:
    """Accuracy on the training and on the test set."""
    sides = {"train": (x, y), "test": (x_test, y_test)}
    return {side: float((learner(x, y, seen) == truth).float().mean()) for side, (seen, truth) in sides.items()}


def leaked(p: Parameters, learner: Learner, share: float, seed: int) -> Mapping[str, float]:
    """Random labels, and a share of the test images, with theirs, copied into the training set."""
    generator, data = torch.Generator().manual_seed(seed), images(p.data)
    x, y, x_test, y_test = data.draw(generator)
    y, y_test = (torch.randint(data.classes, labels.shape, generator=generator) for labels in (y, y_test))
    copied = round(share * len(x_test))
    return judged(learner, torch.cat([x, x_test[:copied]]), torch.cat([y, y_test[:copied]]), x_test, y_test)


def selected(p: Parameters, before: bool, seed: int) -> Mapping[str, float]:
    """Noise and two random classes; the 20 columns whose class means differ most, over all rows or the training half."""
    generator = torch.Generator().manual_seed(seed)
    x, y = torch.randn(p.rows, p.columns, generator=generator), torch.randint(2, (p.rows,), generator=generator)
    half = p.rows // 2
    seen = slice(None) if before else slice(half)
    apart = x[seen][y[seen] == 1].mean(dim=0) - x[seen][y[seen] == 0].mean(dim=0)
    x = x[:, apart.abs().topk(20).indices]
    return judged(nearest, x[:half], y[:half], x[half:], y[half:])


def experiment(p: Parameters) -> Experiment:
    """A nearest neighbour without a leak and with two; a linear model; columns chosen before and after the split."""
    return Experiment(
        arms={
            "honest": partial(leaked, p, nearest, 0.0),
            "half_leaked": partial(leaked, p, nearest, 0.5),
            "all_leaked": partial(leaked, p, nearest, 1.0),
            "linear": partial(leaked, p, linear, 0.0),
            "chosen_before": partial(selected, p, True),
            "chosen_after": partial(selected, p, False),
        },
        metrics={"test": itemgetter("test"), "train": itemgetter("train")},
        claims={
            "memorized": Claim(lambda a: a.honest.train == 1 and abs(a.honest.test - 0.1) < 0.03),
            "everything_memorizes": Claim(lambda a: a.linear.train, above=0.9),
            "half_leak": Claim(lambda a: abs(a.half_leaked.test - 0.55), below=0.04),
            "full_leak": Claim(lambda a: a.all_leaked.test, above=0.96),
            "choosing_leaks": Claim(lambda a: a.chosen_before.test - a.chosen_after.test, above=0.1),
        },
    )
