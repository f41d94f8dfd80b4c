"""How does one see a function's help in Colab or a notebook?

`name?` shows signature and docstring, `name??` the source, `help(name)` the same docstring by Python itself; all are read
from the object (inspect.getdoc, inspect.signature; IPython documentation). The question mark takes a name and not a call:
`np.where()` is run first, and fails.
"""

import inspect
import pydoc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np
import torch

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Lines of a docstring that are looked for in what help prints."""

    lines: int = knob(5, low=1, high=100)


def own(x: float) -> float:
    """Twice x, as an example of a function of one's own."""
    return 2 * x


def shown(function: Callable[..., Any], p: Parameters, _seed: int) -> Mapping[str, float]:
    """Whether help prints the docstring; whether there is Python source to show; whether a call without arguments runs."""
    document, printed = inspect.getdoc(function) or "", pydoc.plain(pydoc.render_doc(function))
    wanted = [line.strip() for line in document.splitlines() if line.strip()][: p.lines]
    source = inspect.isfunction(inspect.unwrap(function))
    try:
        function()
        runs = True
    except TypeError:
        runs = False
    return {
        "lines": float(len(document.splitlines())),
        "in_help": float(bool(wanted) and all(line in printed for line in wanted)),
        "source": float(source),
        "runs": float(runs),
    }


def experiment(p: Parameters) -> Experiment:
    """A function of NumPy, one of torch written in Python, one written in C++, a built-in one, and one's own."""
    functions: dict[str, Callable[..., Any]] = {"where": np.where, "add": torch.add, "len": len, "own": own}
    functions["cross_entropy"] = torch.nn.functional.cross_entropy
    return Experiment(
        kind="derivation",
        arms={name: partial(shown, function, p) for name, function in functions.items()},
        metrics={name: itemgetter(name) for name in ("lines", "in_help", "source", "runs")},
        claims={
            "same_text": Claim(lambda a: all(getattr(a, name).in_help == 1 for name in functions)),
            "call_fails": Claim(lambda a: all(getattr(a, name).runs == 0 for name in functions)),
            "source_for_all": Claim(lambda a: all(getattr(a, name).source == 1 for name in functions)),
        },
    )
