"""Why a validation set beside the test set: how much does the score flatter the model that was chosen by it?

The best of 200 scores is too good by about as much as the luckiest of 200 errors (Cawley & Talbot 2010). 200 models are
scored on a validation set and the best is kept; then it is scored once on a test set, and on everything that is left over.
Once the models are pure guesses, once least-squares classifiers that each see 12 of the pixels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.data.digits import everything
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Models to choose from, images to choose on, rounds of the repeated arm, and pixels that a model sees."""

    models: int = knob(200, low=1, high=2000)
    validation: int = knob(100, low=10, high=600)
    rounds: int = knob(20, low=1, high=1000)
    pixels: int = knob(12, low=1, high=64)


def guesses(p: Parameters, _x: Tensor, y: Tensor, generator: torch.Generator) -> Tensor:
    """(models, images): classes drawn at random."""
    return torch.randint(10, (p.models, len(y)), generator=generator)


def classifiers(p: Parameters, x: Tensor, y: Tensor, generator: torch.Generator) -> Tensor:
    """(models, images): least-squares classifiers fitted to the first 300 images, each on pixels of its own."""
    chosen = [torch.randperm(64, generator=generator)[: p.pixels] for _ in range(p.models)]
    seen = torch.stack([torch.cat([x[:, pixels], torch.ones(len(x), 1)], dim=1) for pixels in chosen])
    targets = torch.nn.functional.one_hot(y[:300], 10).float()
    products = seen[:, :300].mT @ seen[:, :300] + 1e-3 * torch.eye(p.pixels + 1)
    scores: Tensor = seen @ torch.linalg.solve(products, seen[:, :300].mT @ targets)
    return scores.argmax(dim=2)


def chosen(p: Parameters, make: Callable[..., Tensor], validation: int, seed: int) -> Mapping[str, float]:
    """The best model on the validation set: what it scores there, on 100 test images and on all that are left."""
    generator = torch.Generator().manual_seed(seed)
    x, y = everything()
    order = torch.randperm(len(x), generator=generator)
    right = (make(p, x[order], y[order], generator) == y[order]).float()
    score = right[:, 300 : 300 + validation].mean(dim=1)
    best, left = score.argmax(), right[:, 1000:].mean(dim=1)
    return {
        "optimism": float(score[best] - left[best]),
        "score": float(score[best]),
        "test": float(right[best, 900:1000].mean()),
        "truth": float(left[best]),
        "average": float(left.mean()),
    }


def on_average(p: Parameters, seed: int) -> Mapping[str, float]:
    """The same for guesses, the mean of twenty rounds, in which the luck of a single test set cancels."""
    rounds = [chosen(p, guesses, p.validation, p.rounds * seed + each) for each in range(p.rounds)]
    return {name: sum(each[name] for each in rounds) / p.rounds for name in rounds[0]}


def experiment(p: Parameters) -> Experiment:
    """Guesses, once and in many rounds, and classifiers chosen on few images or on many."""
    return Experiment(
        arms={
            "guesses": partial(chosen, p, guesses, p.validation),
            "many_rounds": partial(on_average, p),
            "classifiers": partial(chosen, p, classifiers, p.validation),
            "chosen_on_600": partial(chosen, p, classifiers, 600),
        },
        metrics={name: itemgetter(name) for name in ("optimism", "score", "test", "truth", "average")},
        claims={
            "guesses_flattered": Claim(lambda a: a.guesses.optimism, above=0.04),
            "classifiers_flattered": Claim(lambda a: a.classifiers.optimism, above=0.02),
            "test_is_honest": Claim(lambda a: a.guesses.score - a.guesses.test, above=0.04),
            "test_is_unbiased": Claim(lambda a: abs(a.many_rounds.test - a.many_rounds.truth), below=0.01),
            "choosing_pays": Claim(lambda a: a.classifiers.truth - a.classifiers.average, above=0.05),
            "more_is_more_honest": Claim(lambda a: a.classifiers.optimism - a.chosen_on_600.optimism, above=0),
        },
    )
