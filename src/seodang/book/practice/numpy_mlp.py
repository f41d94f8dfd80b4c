"""How many lines is a perceptron in NumPy alone, is its gradient right, and what does training it cost?

Back-propagation by hand takes a line for each quantity whose gradient is wanted (Rumelhart, Hinton & Williams 1986).
The program, seodang/models/numpy_mlp.py, is counted, checked, and raced against the same net in PyTorch.
"""

import inspect
import re
import timeit
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np
import torch

from seodang.data.images import NAMES, images
from seodang.experiment import Claim, Experiment, knob
from seodang.models import numpy_mlp, torch_mlp
from seodang.models.gradient_check import gaps


@dataclass(frozen=True)
class Parameters:
    """64 hidden units, 60 epochs of SGD in batches of 64."""

    data: str = knob("digits", choices=NAMES)
    hidden: int = knob(64, low=1, high=4096)
    epochs: int = knob(60, low=1, high=1000)
    lr: float = knob(0.3, above=0, high=10)


def timed(work: Callable[[], None]) -> float:
    """Seconds, with PyTorch on one thread: two would wait for each other longer than so small a matrix takes."""
    threads = torch.get_num_threads()
    torch.optim.SGD([torch.zeros(1)])  # the first optimizer of a process imports for seconds
    try:
        torch.set_num_threads(1)
        return timeit.timeit(work, number=1)
    finally:
        torch.set_num_threads(threads)


def raced(p: Parameters, program: Any, seed: int) -> Mapping[str, float]:
    """Check, train and count a program; the seed draws the same data, weights and batches for both."""
    data, rng = images(p.data), np.random.default_rng(seed)
    x, y, x_test, y_test = (part.numpy() for part in data.draw(torch.Generator().manual_seed(seed)))
    weights = numpy_mlp.initial(data.pixels, p.hidden, data.classes, rng)
    gradient = gaps(program.backward, weights, x[:64], y[:64], rng)
    seconds = timed(lambda: program.train(weights, x, y, p.epochs, p.lr, rng))
    right = numpy_mlp.forward(weights, x_test)[1].argmax(axis=1) == y_test
    lines = [line for line in inspect.getsource(program).splitlines() if line.strip()]
    backprop = sum(bool(re.match(r"    d[abwz]\d = ", line)) for line in lines)
    return {**gradient, "lines": len(lines), "backprop_lines": backprop, "accuracy": right.mean(), "seconds": seconds}


def experiment(p: Parameters) -> Experiment:
    """The program in NumPy and the same net in PyTorch, whose gradient is autograd's."""
    names = ("accuracy", "seconds", "lines", "backprop_lines", "autograd_gap", "difference_gap")
    return Experiment(
        kind="measurement",
        arms={"numpy": partial(raced, p, numpy_mlp), "torch": partial(raced, p, torch_mlp)},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "fits_a_page": Claim(lambda arms: arms.numpy.lines <= 50 and arms.numpy.backprop_lines <= 7),
            "gradient_is_right": Claim(lambda a: max(a.numpy.autograd_gap, a.numpy.difference_gap), below=1e-7),
            "reads_digits": Claim(lambda arms: arms.numpy.accuracy, above=0.96),
            "numpy_is_faster": Claim(lambda arms: arms.torch.seconds / arms.numpy.seconds, above=1.5),
        },
    )
