"""What does "converges faster" mean: fewer steps, or less work, and until when?

A speed needs a target and a currency. One network on digits, every arm with the same budget of images, is trained in batches
of 1, 16 and 64, each at a rate that suits it, and with Adam. Written down is when the test loss first falls
below a near and a far target, in steps and in images seen (Bottou & Bousquet 2008 count work). `hasty` is `single` at four
times the rate: it may reach one target and not the other.
"""

import math
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
    """The two targets for the test loss, and how many images each arm may see."""

    data: str = knob("digits", choices=NAMES)
    near: float = knob(0.5, above=0, high=10)
    far: float = knob(0.15, above=0, high=10)
    budget: int = knob(16_384, low=1_024, high=1_048_576)


def steps(trained: Trained, target: float) -> float:
    """Steps until the test loss is first seen below the target; nan when it never is."""
    pairs = zip(trained.history.steps, trained.history.test_loss, strict=True)
    return next((float(step) for step, loss in pairs if loss < target), math.nan)


def seen(trained: Trained, target: float, budget: int) -> float:
    """The images seen until then, by their share of the budget, which all steps together use up."""
    return steps(trained, target) * budget / len(trained.losses)


def experiment(p: Parameters) -> Experiment:
    """Three batch sizes, Adam, and a rate that is too high to arrive."""
    data = images(p.data)
    sgd, adam = torch.optim.SGD, torch.optim.Adam
    single = Training(
        data=data.draw,
        model=partial(mlp, [data.pixels, 64, data.classes]),
        loss=F.cross_entropy,
        optimizer=partial(sgd, lr=0.05),
        steps=p.budget,
        batch=1,
        every=16,
    )
    sixteen = replace(single, optimizer=partial(sgd, lr=0.5), steps=p.budget // 16, batch=16)
    kept = replace(sixteen, steps=p.budget // 64, batch=64)
    return Experiment(
        arms={
            "single": single,
            "hasty": replace(single, optimizer=partial(sgd, lr=0.2)),
            "sixteen": sixteen,
            "sixty_four_kept": kept,
            "sixty_four": replace(kept, optimizer=partial(sgd, lr=1.0)),
            "adam": replace(sixteen, optimizer=partial(adam, lr=0.01)),
        },
        metrics={
            "near": partial(steps, target=p.near),
            "far": partial(steps, target=p.far),
            "near_images": partial(seen, target=p.near, budget=p.budget),
            "far_images": partial(seen, target=p.far, budget=p.budget),
            "loss": Trained.test_loss,
        },
        claims={
            "large_saves_steps": Claim(lambda a: a.single.near / a.sixty_four.near, above=3),
            "small_saves_images": Claim(lambda a: a.sixty_four.near_images / a.single.near_images, above=2),
            "ranks_differ": Claim(lambda a: a.sixteen.far < a.single.far and a.sixteen.far_images > a.single.far_images),
            "near_is_not_far": Claim(lambda a: not math.isnan(a.hasty.near) and math.isnan(a.hasty.far)),
        },
    )
