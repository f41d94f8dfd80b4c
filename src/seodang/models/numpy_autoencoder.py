"""A deep autoencoder in NumPy alone, back-propagation by hand: `python -m seodang.models.numpy_autoencoder FOLDER` on MNIST.

A perceptron to a code of few numbers and its mirror image back (Hinton & Salakhutdinov 2006); the code and the output are
linear, other layers have ReLU. What is minimised is the mean squared error of a pixel, by Adam (Kingma & Ba 2015).
"""

import sys
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from seodang.models.numpy_mlp import Array, read


def initial(sizes: Sequence[int], generator: np.random.Generator) -> list[Array]:
    """A matrix (inputs, outputs) and a bias of each layer down to the code, `sizes` = (inputs, ..., code), and back up."""
    pairs = pairwise([*sizes, *sizes[-2::-1]])
    layers = [(generator.normal(0, np.sqrt(2 / n), (n, m)), np.zeros(m)) for n, m in pairs]
    return [weight.astype(np.float32) for layer in layers for weight in layer]


def linear(weights: list[Array]) -> tuple[int, int]:
    """The layers without ReLU: that of the code, in the middle, and the last."""
    return len(weights) // 4 - 1, len(weights) // 2 - 1


def forward(weights: list[Array], x: Array) -> list[Array]:
    """The input (n, pixels), what each layer makes of it, and last the rebuilt input (n, pixels)."""
    a = [x]
    for layer, (w, b) in enumerate(zip(weights[::2], weights[1::2], strict=True)):
        z = a[-1] @ w + b
        a.append(z if layer in linear(weights) else np.maximum(z, 0))
    return a


def error(weights: list[Array], x: Array) -> float:
    """The mean squared error of a pixel."""
    return float(np.mean((forward(weights, x)[-1] - x) ** 2))


def backward(weights: list[Array], x: Array) -> list[Array]:
    """The gradient of the mean squared error, by the chain rule from the last layer to the first."""
    a = forward(weights, x)
    da = 2 * (a[-1] - x) / x.size
    gradient: list[Array] = []
    for layer in reversed(range(len(weights) // 2)):
        dz = da if layer in linear(weights) else da * (a[layer + 1] > 0)
        gradient = [a[layer].T @ dz, dz.sum(axis=0), *gradient]
        da = dz @ weights[2 * layer].T
    return gradient


def train(weights: list[Array], x: Array, epochs: int, lr: float, generator: np.random.Generator) -> None:
    """Adam in batches of 64; the weights are changed in place."""
    means, squares, step = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights], 0
    for _ in range(epochs):
        for rows in generator.permutation(len(x))[: len(x) // 64 * 64].reshape(-1, 64):
            step += 1
            for w, slope, mean, square in zip(weights, backward(weights, x[rows]), means, squares, strict=True):
                mean += 0.1 * (slope - mean)
                square += 0.001 * (slope**2 - square)
                w -= lr * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    weights = initial((784, 128, 8), rng)
    train(weights, read(sys.argv[1], "train")[0], epochs=20, lr=0.001, generator=rng)
    print("test error:", error(weights, read(sys.argv[1], "t10k")[0]))
