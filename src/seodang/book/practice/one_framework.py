"""Is one framework enough, and how long is a digit classifier in it?

The same perceptron, from the same weights and batches, in NumPy, in PyTorch's modules, and in PyTorch's functional style
(pure functions of parameters, as JAX has them): outputs, one step of SGD, lines of code without comments and documentation,
and the accuracy after training.
"""

import ast
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from seodang.data.images import NAMES, images
from seodang.experiment import Claim, Experiment, knob
from seodang.models import numpy_mlp, torch_mlp
from seodang.models.numpy_mlp import Array


@dataclass(frozen=True)
class Parameters:
    """64 hidden units, 40 epochs of SGD in batches of 64."""

    data: str = knob("digits", choices=NAMES)
    hidden: int = knob(64, low=1, high=4096)
    epochs: int = knob(40, low=1, high=1000)
    lr: float = knob(0.3, above=0, high=10)


def functional(weights: list[Array], x: Array, y: Array, epochs: int, lr: float, generator: np.random.Generator) -> None:
    """Training by a pure function of the parameters and its gradient; the weights are changed in place."""
    slope = torch.func.grad(lambda w, x, y: F.cross_entropy((x @ w[0] + w[1]).relu() @ w[2] + w[3], y))
    made, images, labels = [torch.from_numpy(w.copy()) for w in weights], torch.from_numpy(x), torch.from_numpy(y)
    for _ in range(epochs):
        for rows in torch.from_numpy(generator.permutation(len(x)))[: len(x) // 64 * 64].reshape(-1, 64):
            made = [w - lr * g for w, g in zip(made, slope(made, images[rows], labels[rows]), strict=True)]
    for weight, value in zip(weights, made, strict=True):
        weight[...] = value.numpy()


def lines(*parts: Any) -> float:
    """Lines of code without blank ones, comments and documentation; a call over several lines is one."""
    return float(sum(len(ast.unparse(ast.parse(inspect.getsource(part))).splitlines()) - 1 for part in parts))


def run(p: Parameters, train: Any, size: float, seed: int) -> Mapping[str, float]:
    """Accuracy after training; and how far all weights are from NumPy's after one step."""
    data, draw = images(p.data), torch.Generator().manual_seed(seed)
    x, y, x_test, y_test = (part.numpy() for part in data.draw(draw))

    def after(way: Any, samples: int, epochs: int) -> list[Array]:
        rng = np.random.default_rng(seed)
        weights = numpy_mlp.initial(data.pixels, p.hidden, data.classes, rng)
        way(weights, x[:samples], y[:samples], epochs, p.lr, rng)
        return weights

    step = zip(after(train, 64, 1), after(numpy_mlp.train, 64, 1), strict=True)
    right = numpy_mlp.forward(after(train, len(x), p.epochs), x_test)[1].argmax(axis=1) == y_test
    return {"accuracy": right.mean(), "step_gap": max(float(abs(a - b).max()) for a, b in step), "lines": size}


def experiment(p: Parameters) -> Experiment:
    """NumPy with the gradient by hand, modules with autograd, pure functions."""
    by_hand = numpy_mlp.forward, numpy_mlp.backward, numpy_mlp.train
    ways = {
        "numpy": (numpy_mlp.train, by_hand),
        "modules": (torch_mlp.train, (torch_mlp.module, torch_mlp.train)),
        "functions": (functional, (functional,)),
    }
    return Experiment(
        arms={name: partial(run, p, train, lines(*parts)) for name, (train, parts) in ways.items()},
        metrics={name: itemgetter(name) for name in ("accuracy", "step_gap", "lines")},
        claims={
            "same_step": Claim(lambda a: max(a.modules.step_gap, a.functions.step_gap), below=1e-5),
            "same_accuracy": Claim(
                lambda a: max(abs(x.accuracy - a.numpy.accuracy) for x in (a.modules, a.functions)), below=0.01
            ),
            "short": Claim(lambda a: max(a.modules.lines, a.functions.lines) <= 25),
            "reads_digits": Claim(lambda a: a.modules.accuracy, above=0.97),
        },
    )
