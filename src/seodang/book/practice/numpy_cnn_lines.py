"""How many lines does it take to make the NumPy perceptron a convolutional net, and is it worth them?

A convolution is one matrix product of all windows laid out as rows (im2col: Chellapilla, Puri & Simard 2006); its backward
pass adds the windows up again. Both programs are in seodang/models: their lines are counted, the gradient is compared with
differences, the multiplications of a step are counted, and both are trained with as many steps.
"""

import ast
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from types import ModuleType

import numpy as np
import torch

from seodang.data.images import NAMES, images
from seodang.experiment import Claim, Experiment, knob
from seodang.models import numpy_cnn, numpy_mlp
from seodang.models.numpy_mlp import Array

FILTERS, SMALL = (8, 16), 1e-7


@dataclass(frozen=True)
class Parameters:
    """Hidden units of the perceptron, epochs of SGD and its rate."""

    data: str = knob("digits", choices=NAMES)
    hidden: int = knob(64, low=1, high=4_096)
    epochs: int = knob(8, low=1, high=200)
    lr: float = knob(0.5, above=0, high=10)


def lines(program: ModuleType) -> int:
    """Lines of code of the net, its gradient and the training, without comments, documentation and blank lines."""
    functions = [node for node in ast.parse(inspect.getsource(program)).body if isinstance(node, ast.FunctionDef)]
    return sum(len(ast.unparse(one).splitlines()) - 1 for one in functions if one.name != "read")


def loss(program: ModuleType, weights: list[Array], x: Array, y: Array) -> float:
    """The mean cross-entropy."""
    return float(-np.log(program.forward(weights, x)[-1][np.arange(len(y)), y]).mean())


def gap(program: ModuleType, weights: list[Array], x: Array, y: Array, rng: np.random.Generator) -> float:
    """In double precision, the gradient along a random way against a difference quotient, relative."""
    weights, x = [weight + 0.1 * rng.normal(size=weight.shape) for weight in weights], x.astype(float)  # off the kinks at 0
    way = [rng.normal(size=weight.shape) for weight in weights]
    ends = (loss(program, [w + h * d for w, d in zip(weights, way, strict=True)], x, y) for h in (SMALL, -SMALL))
    along = sum(float((g * d).sum()) for g, d in zip(program.backward(weights, x, y), way, strict=True))
    return abs(along - (next(ends) - next(ends)) / (2 * SMALL)) / abs(along)


def raced(p: Parameters, program: ModuleType, seed: int) -> Mapping[str, float]:
    """Both programs from the same split."""
    data, rng = images(p.data), np.random.default_rng(seed)
    x, y, x_test, y_test = (part.numpy() for part in data.draw(torch.Generator().manual_seed(seed)))
    if program is numpy_cnn:
        x, x_test = (part.reshape(-1, data.side, data.side, 1) for part in (x, x_test))
        weights, side = numpy_cnn.initial(data.side, FILTERS, data.classes, rng), data.side**2
        products = side * 9 * FILTERS[0] + side // 4 * 9 * FILTERS[0] * FILTERS[1] + weights[4].size
    else:
        weights = numpy_mlp.initial(data.pixels, p.hidden, data.classes, rng)
        products = weights[0].size + weights[2].size
    made = {"lines": lines(program), "gap": gap(program, weights, x[:16], y[:16], rng), "products": products}
    program.train(weights, x, y, p.epochs, p.lr, rng)
    right = program.forward(weights, x_test)[-1].argmax(axis=1) == y_test
    return made | {"accuracy": right.mean(), "parameters": sum(weight.size for weight in weights)}


def experiment(p: Parameters) -> Experiment:
    """The perceptron and the convolutional net."""
    names = ("lines", "gap", "products", "parameters", "accuracy")
    return Experiment(
        arms={"mlp": partial(raced, p, numpy_mlp), "cnn": partial(raced, p, numpy_cnn)},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "few_more_lines": Claim(lambda a: a.cnn.lines - a.mlp.lines <= 35),
            "gradient_is_right": Claim(lambda a: max(a.cnn.gap, a.mlp.gap), below=1e-6),
            "as_accurate": Claim(lambda a: a.cnn.accuracy - a.mlp.accuracy, above=-0.005),
            "costs_more": Claim(lambda a: a.cnn.products >= 3 * a.mlp.products),
        },
    )
