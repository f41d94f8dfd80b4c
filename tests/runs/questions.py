"""Small questions that tests write to a file and run: one without training, one with."""

from pathlib import Path

from seodang.evidence import Evidence
from seodang.experiment import Experiment
from seodang.runs import load, new_ledger

COIN = '''
from dataclasses import dataclass

import numpy as np

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    chance: float = knob(0.9, above=0, below=1)


def experiment(p: Parameters) -> Experiment:
    """Does a coin that is loaded show heads more often in twenty throws than a fair one?"""
    def thrown(chance, salt, seed):
        return {"heads": float((np.random.default_rng([seed, salt]).random(20) < chance).mean())}

    return Experiment(
        arms={"loaded": lambda seed: thrown(p.chance, 0, seed), "fair": lambda seed: thrown(0.5, 1, seed)},
        metrics={"heads": lambda result: result["heads"]},
        claims={
            "more_heads": Claim(lambda arms: arms.loaded.heads - arms.fair.heads, above=0),
            "nearly_all": Claim(lambda arms: arms.loaded.heads > 0.7),
        },
    )
'''

NET = '''
from dataclasses import replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training
from seodang.models import mlp


def experiment() -> Experiment:
    """Does a net that is trained read digits better than one that hardly is?"""
    base = Training(
        data=digits,
        model=partial(mlp, [64, 16, 10], nn.ReLU),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.Adam, lr=0.01),
        steps=40,
    )
    return Experiment(
        arms={"trained": base, "hardly": replace(base, steps=2)},
        metrics={"accuracy": Trained.accuracy},
        claims={"training_helps": Claim(lambda arms: arms.trained.accuracy - arms.hardly.accuracy, above=0.1)},
    )
'''

DERIVATION = '''
from seodang.experiment import Claim, Experiment


def experiment() -> Experiment:
    """How many parameters has a linear layer from 3 to 4 units?"""
    return Experiment(
        arms={"linear": lambda seed: 3 * 4 + 4},
        metrics={"parameters": lambda count: count},
        claims={"sixteen": Claim(lambda arms: arms.linear.parameters == 16)},
        kind="derivation",
    )
'''


def question(folder: Path, source: str, slug: str = "a_question") -> Path:
    """The question's file."""
    path = folder / "chapter" / f"{slug}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return path


def opened(path: Path, **settings: float) -> tuple[Experiment, Evidence]:
    """The experiment of a question's file, and an empty ledger for it with fifty seeds declared."""
    experiment = load(path, settings)
    return experiment, new_ledger(path.stem, path, experiment, declared=50)
