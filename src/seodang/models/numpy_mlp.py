"""A perceptron with one hidden layer, in NumPy alone: `python -m seodang.models.numpy_mlp FOLDER` trains it on MNIST."""

import gzip
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def initial(inputs: int, hidden: int, classes: int, generator: np.random.Generator) -> list[Array]:
    """Two layers of weights and biases, of a size that keeps the signal's (He et al. 2015)."""
    w1 = generator.normal(0, np.sqrt(2 / inputs), (inputs, hidden)).astype(np.float32)
    w2 = generator.normal(0, np.sqrt(2 / hidden), (hidden, classes)).astype(np.float32)
    return [w1, np.zeros(hidden, np.float32), w2, np.zeros(classes, np.float32)]


def forward(weights: list[Array], x: Array) -> tuple[Array, Array]:
    """The hidden layer (n, hidden) and the probabilities (n, classes)."""
    w1, b1, w2, b2 = weights
    a1 = np.maximum(x @ w1 + b1, 0)
    z2 = a1 @ w2 + b2
    e2 = np.exp(z2 - z2.max(axis=1, keepdims=True))  # the largest is 1: nothing overflows
    return a1, e2 / e2.sum(axis=1, keepdims=True)


def backward(weights: list[Array], x: Array, y: Array) -> list[Array]:
    """The gradient of the mean cross-entropy, by the chain rule from the last layer to the first."""
    a1, p = forward(weights, x)
    dz2 = (p - np.eye(p.shape[1], dtype=p.dtype)[y]) / len(y)
    dw2 = a1.T @ dz2
    db2 = dz2.sum(axis=0)
    da1 = dz2 @ weights[2].T
    dz1 = da1 * (a1 > 0)
    dw1 = x.T @ dz1
    db1 = dz1.sum(axis=0)
    return [dw1, db1, dw2, db2]


def train(weights: list[Array], x: Array, y: Array, epochs: int, lr: float, generator: np.random.Generator) -> None:
    """Stochastic gradient descent in batches of 64; the weights are changed in place."""
    for _ in range(epochs):
        for rows in generator.permutation(len(x))[: len(x) // 64 * 64].reshape(-1, 64):
            for weight, slope in zip(weights, backward(weights, x[rows], y[rows]), strict=True):
                weight -= lr * slope


def read(folder: str, part: str) -> tuple[Array, Array]:
    """The images (n, 784), from 0 to 1, and the labels (n,) of one part of MNIST; 16 and 8 bytes are headers."""
    with gzip.open(f"{folder}/{part}-images-idx3-ubyte.gz") as images:
        x = np.frombuffer(images.read(), np.uint8, offset=16).reshape(-1, 784) / np.float32(255)
    with gzip.open(f"{folder}/{part}-labels-idx1-ubyte.gz") as labels:
        return x, np.frombuffer(labels.read(), np.uint8, offset=8)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    weights = initial(784, 128, 10, rng)
    train(weights, *read(sys.argv[1], "train"), epochs=20, lr=0.3, generator=rng)
    x_test, y_test = read(sys.argv[1], "t10k")
    print("test accuracy:", np.mean(forward(weights, x_test)[1].argmax(axis=1) == y_test))
