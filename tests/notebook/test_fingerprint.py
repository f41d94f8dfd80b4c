"""The fingerprint of an experiment without a file: it changes with what the experiment does, and with nothing else."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from notebook.experiments import net

from seodang.notebook.fingerprint import Fingerprint, fingerprint

CELLS = '''
import functools
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from seodang import Claim, Experiment, Training

WIDTH = 8
KINDS = {"b", "a", "c"}
PIXELS = torch.arange(12.0).reshape(6, 2)
WEIGHTS = np.arange(3)


class Net(nn.Module):
    """What it is for."""

    slope: float = 0.5

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, WIDTH)
        self.again = lambda: Net

    def forward(self, x):
        return torch.relu(self.layer(x)) if "a" in {"b", "a", "c"} else x


@functools.cache
def everything(part):
    return PIXELS * WEIGHTS[part]


def draw(generator, share=2):
    x = everything(1)
    return x, x.sum(1), x, x.sum(1)


def experiment():
    base = Training(data=draw, model=Net, loss=nn.MSELoss(), optimizer=functools.partial(torch.optim.SGD, lr=0.1), steps=3)
    return Experiment(
        arms={"one": base, "two": replace(base, steps=4)},
        metrics={"loss": lambda trained: trained.test_loss() if KINDS else 0.0},
        claims={"lower": Claim(lambda arms: arms.one.loss - arms.two.loss, above=0)},
    )
'''


def taken(source: str = CELLS) -> Fingerprint:
    """The fingerprint of what these cells define."""
    cells: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "<cell>", "exec"), cells)
    found = fingerprint(cells["experiment"]())
    assert found == fingerprint(cells["experiment"]()), "the experiment built twice"
    return found


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("WIDTH = 8", "WIDTH = 9", "arms.one.model.__init__ → WIDTH"),
        ("arange(12.0)", "arange(1.0, 13.0)", "arms.one.data → everything → PIXELS"),
        ("np.arange(3)", "np.arange(4)", "arms.one.data → everything → WEIGHTS"),
        ("slope: float = 0.5", "slope: float = 0.6", "arms.one.model.slope"),
        ("torch.relu(self", "torch.tanh(self", "arms.one.model.forward"),
        ('"a" in {"b", "a", "c"}', '"a" in {"b", "a", "d"}', "arms.one.model.forward"),
        ("lambda: Net", "lambda: nn", "arms.one.model.__init__"),
        ("share=2", "share=3", "arms.one.data"),
        ("lr=0.1", "lr=0.2", "arms.one.optimizer"),
        ("nn.MSELoss()", "nn.L1Loss()", "arms.one.loss"),
        ("nn.MSELoss()", "nn.MSELoss(reduction='sum')", "arms.one.loss"),
        ("steps=4", "steps=5", "arms.two.steps"),
        ('KINDS = {"b", "a", "c"}', 'KINDS = {"b", "a"}', "metrics.loss → KINDS"),
        ("above=0)", "above=1)", "claims.lower"),
        ("arms.one.loss - arms.two.loss", "arms.two.loss - arms.one.loss", "claims.lower"),
    ],
)
def test_what_an_experiment_does_is_seen_and_its_place_is_named(old: str, new: str, place: str) -> None:
    assert CELLS.count(old) >= 1
    changed = taken(CELLS.replace(old, new))
    assert taken().changed(changed) == place
    assert taken().code != changed.code


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("PIXELS = torch", "\n# moved down, and said something about\nPIXELS = torch"),
        ("What it is for.", "What it is really for."),
        ("def experiment", "UNUSED = 3\n\n\ndef experiment"),
        ("slope: float", "slope: int"),
    ],
)
def test_what_it_is_called_and_where_it_stands_is_not(old: str, new: str) -> None:
    assert taken().changed(taken(CELLS.replace(old, new))) == ""
    assert taken().code == taken(CELLS.replace(old, new)).code


def test_what_a_cached_function_holds_is_not_part_of_it() -> None:
    cells: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(CELLS, "<cell>", "exec"), cells)
    before = fingerprint(cells["experiment"]())
    cells["draw"](None)
    assert fingerprint(cells["experiment"]()) == before


def test_another_process_with_another_order_of_sets_finds_the_same(tmp_path: Path) -> None:
    path = tmp_path / "cells.py"
    shown = "from seodang.notebook.fingerprint import fingerprint\nprint(fingerprint(experiment()).code['experiment'])\n"
    path.write_text(CELLS + shown, encoding="utf-8")
    found = {taken().code["experiment"]}
    for salt in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": salt}
        done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True, env=environment)
        found.add(done.stdout.strip())
    assert len(found) == 1


def test_a_model_of_the_house_counts_by_its_file() -> None:
    from seodang.data.digits import digits

    parts = dict(fingerprint(net()).parts)
    assert parts["arms.trained.data"].startswith("seodang.data.digits.digits ")
    assert digits.__module__ in parts["arms.trained.data"]


def test_a_module_of_ones_own_counts_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_tools.py").write_text("def twice(x):\n    return 2 * x\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    source = CELLS.replace("WIDTH = 8", "import my_tools\n\nWIDTH = 8").replace("trained.test_loss()", "my_tools.twice(1.0)")
    before = taken(source)
    (tmp_path / "my_tools.py").write_text("def twice(x):\n    return 3 * x\n", encoding="utf-8")
    assert before.changed(taken(source)) == "metrics.loss → my_tools"


def test_a_table_is_seen_to_its_last_word() -> None:
    framed = "import pandas\nFRAME = pandas.DataFrame({'a': ['x', 'y']})\nWIDTH = 8"
    source = CELLS.replace("WIDTH = 8", framed).replace("trained.test_loss()", "len(FRAME)")
    assert taken(source).unseen == ()
    assert taken(source).changed(taken(source.replace("'y'", "'z'"))) == "metrics.loss → FRAME"


def test_what_cannot_be_seen_is_named() -> None:
    locked = "import threading\nLOCK = threading.Lock()\nWIDTH = 8"
    source = CELLS.replace("WIDTH = 8", locked).replace("trained.test_loss()", "LOCK.locked()")
    assert taken().unseen == ()
    assert taken(source).code["unseen"] == "_thread.lock"


def test_a_logger_and_a_list_that_holds_itself_are_followed_to_an_end() -> None:
    held = "import logging\nLOG = logging.getLogger()\nROUND = [1]\nROUND.append(ROUND)\nWIDTH = 8"
    source = CELLS.replace("WIDTH = 8", held).replace("trained.test_loss()", "LOG.level + len(ROUND)")
    assert taken(source).unseen == ()
    assert len(taken(source).parts) < 300
