"""Does one run with a fixed seed show whether a change helps?

Two settings that cannot matter, 64 hidden units against 65, are compared on each seed as if one of them were an idea. Picard
(2021) trained one net with 10,000 seeds and found outliers on both sides without looking for long. Here a net learns
from 50 digits, under seeds that redraw the data, and under seeds that only redraw the weights and the batches.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """One hidden layer, 50 training images, 150 steps of Adam."""

    data: str = knob("digits", choices=NAMES)
    width: int = knob(64, low=1, high=4096)
    images: int = knob(50, low=20, high=60_000)
    steps: int = knob(150, low=1, high=20_000)


def experiment(p: Parameters) -> Experiment:
    """Two widths that differ by one, on data drawn by the seed and on one split for all seeds."""
    data = images(p.data)

    def some(generator: torch.Generator) -> Split:
        return data.draw(generator).first(p.images)

    def fixed(_: torch.Generator) -> Split:
        return some(torch.Generator().manual_seed(42))

    net, wider = (partial(mlp, [data.pixels, width, data.classes]) for width in (p.width, p.width + 1))
    adam = partial(torch.optim.Adam, lr=3e-3)
    old = Training(data=some, model=net, loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    new = replace(old, model=wider)
    return Experiment(
        arms={"old": old, "new": new, "old_42": replace(old, data=fixed), "new_42": replace(new, data=fixed)},
        metrics={"accuracy": Trained.accuracy},
        claims={
            "new_is_better": Claim(lambda arms: arms.new.accuracy - arms.old.accuracy, above=0.0),
            "looks_like_an_effect": Claim(lambda arms: abs(arms.new.accuracy - arms.old.accuracy), above=0.005),
            "new_is_much_better": Claim(lambda arms: arms.new.accuracy - arms.old.accuracy, above=0.01),
            "one_split_shows_it_too": Claim(lambda arms: abs(arms.new_42.accuracy - arms.old_42.accuracy), above=0.005),
        },
    )
