"""The book as it lies in its folder: being there is being tested."""

from pathlib import Path
from typing import Any

import pytest

from seodang.experiment import Experiment, knobs
from seodang.runs import load

BOOK = Path(__file__).parents[2] / "src/seodang/book"
EXPERIMENTS = sorted(BOOK.glob("*/*.py"))
RECORDED = sorted(BOOK.glob("*/*.json"))

every_experiment = pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
NOW = 4
"""Of what trains every experiment twice more, a check of a change takes one in so many; `-m slow` takes the others."""
every_experiment_in_turn = pytest.mark.parametrize(
    "path",
    [path if place % NOW == 0 else pytest.param(path, marks=pytest.mark.slow) for place, path in enumerate(EXPERIMENTS)],
    ids=[path.stem for path in EXPERIMENTS],
)
every_record = pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)

FEW = {"steps": 3, "epochs": 1}
"""Knobs that say how long is trained, and how little is enough to see that an experiment runs."""


def reduced(path: Path) -> Experiment:
    """The experiment, training for as short a time as its knobs allow."""
    parameters: Any = load(path).parameters
    if parameters is None:
        return load(path)
    turnable = knobs(parameters)
    return load(path, {name: max(few, turnable[name].low or few) for name, few in FEW.items() if name in turnable})
