"""Small experiments as one writes them in a notebook: one that throws coins, one that trains a module of one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang import Claim, Experiment, Trained, Training
from seodang.data.digits import digits


def thrown(chance: float, salt: int) -> Callable[[int], float]:
    """The share of heads in twenty throws of one seed."""
    return lambda seed: float((np.random.default_rng([seed, salt]).random(20) < chance).mean())


def coin(chance: float = 0.9, above: float = 0.0) -> Experiment:
    """Does a coin that is loaded show heads more often than a fair one?"""
    return Experiment(
        arms={"loaded": thrown(chance, 0), "fair": thrown(0.5, 1)},
        metrics={"heads": lambda share: share},
        claims={
            "more_heads": Claim(lambda arms: arms.loaded.heads - arms.fair.heads, above=above),
            "nearly_all": Claim(lambda arms: arms.loaded.heads > 0.7),
        },
    )


class Net(nn.Module):
    """One hidden layer and a running statistic, so that buffers are kept too."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(64, width)
        self.norm = nn.BatchNorm1d(width)
        self.out = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.out(F.relu(self.norm(self.hidden(x))))
        return out


def net(width: int = 16, lr: float = 0.01) -> Experiment:
    """Does a net that is trained read digits better than one that hardly is?"""
    base = Training(
        data=digits, model=partial(Net, width), loss=F.cross_entropy, optimizer=partial(torch.optim.Adam, lr=lr), steps=40
    )
    return Experiment(
        arms={"trained": base, "hardly": replace(base, steps=2)},
        metrics={"accuracy": Trained.accuracy},
        claims={"training_helps": Claim(lambda arms: arms.trained.accuracy - arms.hardly.accuracy, above=0.1)},
    )
