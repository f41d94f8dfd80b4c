"""The convolutional classifier of numpy_cnn in PyTorch, JAX, TensorFlow and Keras: the same weights, the same step.

    python -m systems.frameworks jax in.npz out.npz

reads the weights (`w0`, …), images `x` (n, side, side, 1), classes `y` and `lr`, and writes the scores and the weights after
one step of gradient descent. In a process of its own: Keras keeps to one backend, and threads of JAX and TensorFlow do not
survive a fork. Each is written as its own manual would.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from seodang.models.numpy_mlp import Array

Stepped = tuple[Array, list[Array]]
"""The scores (n, classes) before the step, and the weights after it."""


def kernel(w: Array) -> Array:
    """A convolution's matrix (9 channels, filters) as the others keep it: (3, 3, channels, filters)."""
    return w.reshape(-1, 3, 3, w.shape[1]).transpose(1, 2, 0, 3)


def matrix(kernel: Array) -> Array:
    """And back."""
    return kernel.transpose(2, 0, 1, 3).reshape(-1, kernel.shape[3])


def laid_out(weights: list[Array]) -> list[Array]:
    return [kernel(w) if place in (0, 2) else w for place, w in enumerate(weights)]


def laid_back(weights: list[Array]) -> list[Array]:
    return [matrix(w) if place in (0, 2) else w for place, w in enumerate(weights)]


def in_torch(weights: list[Array], x: Array, y: Array, lr: float) -> Stepped:
    import torch
    import torch.nn.functional as F

    w1, b1, w2, b2, w3, b3 = parameters = [torch.tensor(w, requires_grad=True) for w in laid_out(weights)]
    maps = torch.from_numpy(x).permute(0, 3, 1, 2)
    for w, b in ((w1, b1), (w2, b2)):
        maps = F.max_pool2d(F.conv2d(maps, w.permute(3, 2, 0, 1), b, padding=1).relu(), 2)
    scores = maps.permute(0, 2, 3, 1).flatten(1) @ w3 + b3
    slopes = torch.autograd.grad(F.cross_entropy(scores, torch.from_numpy(y)), parameters)
    after = [(w - lr * slope).detach().numpy() for w, slope in zip(parameters, slopes, strict=True)]
    return scores.detach().numpy(), laid_back(after)


def in_jax(weights: list[Array], x: Array, y: Array, lr: float) -> Stepped:
    jax, lax = import_module("jax"), import_module("jax.lax")

    def scores(weights: list[Any]) -> Any:
        w1, b1, w2, b2, w3, b3 = weights
        maps = x
        for w, b in ((w1, b1), (w2, b2)):
            maps = lax.conv_general_dilated(maps, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b
            maps = lax.reduce_window(jax.nn.relu(maps), -np.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        return maps.reshape(len(x), -1) @ w3 + b3

    def loss(weights: list[Any]) -> Any:
        return -jax.nn.log_softmax(scores(weights))[np.arange(len(y)), y].mean()

    arrays = laid_out(weights)
    slopes = jax.grad(loss)(arrays)
    return np.asarray(scores(arrays)), laid_back([np.asarray(w - lr * s) for w, s in zip(arrays, slopes, strict=True)])


def in_tensorflow(weights: list[Array], x: Array, y: Array, lr: float) -> Stepped:
    tf = import_module("tensorflow")
    w1, b1, w2, b2, w3, b3 = parameters = [tf.Variable(w) for w in laid_out(weights)]
    with tf.GradientTape() as tape:
        maps = tf.constant(x)
        for w, b in ((w1, b1), (w2, b2)):
            maps = tf.nn.max_pool2d(tf.nn.relu(tf.nn.conv2d(maps, w, 1, "SAME") + b), 2, 2, "VALID")
        scores = tf.reshape(maps, (len(x), -1)) @ w3 + b3
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, scores))
    for parameter, slope in zip(parameters, tape.gradient(loss, parameters), strict=True):
        parameter.assign_sub(lr * slope)
    return scores.numpy(), laid_back([w.numpy() for w in parameters])


def in_keras(weights: list[Array], x: Array, y: Array, lr: float) -> Stepped:
    keras = import_module("keras")
    layers = keras.layers
    blocks = [
        layer
        for bias in (weights[1], weights[3])
        for layer in (layers.Conv2D(len(bias), 3, padding="same", activation="relu"), layers.MaxPooling2D(2))
    ]
    model = keras.Sequential([keras.Input(x.shape[1:]), *blocks, layers.Flatten(), layers.Dense(len(weights[5]))])
    model.set_weights(laid_out(weights))
    scores = model.predict_on_batch(x)
    model.compile(keras.optimizers.SGD(lr), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.train_on_batch(x, y)
    return np.asarray(scores), laid_back(model.get_weights())


def named(weights: list[Array]) -> dict[str, Any]:
    return {f"w{place}": w for place, w in enumerate(weights)}


def write(file: Path, **arrays: Any) -> None:
    np.savez(file, **arrays)


FRAMEWORKS: dict[str, Callable[[list[Array], Array, Array, float], Stepped]] = {
    "torch": in_torch,
    "jax": in_jax,
    "tensorflow": in_tensorflow,
    "keras": in_keras,
}


if __name__ == "__main__":
    name, source, target = sys.argv[1:]
    with np.load(source) as given:
        start = [given[f"w{place}"] for place in range(6)]
        scores, after = FRAMEWORKS[name](start, given["x"], given["y"], float(given["lr"]))
    write(Path(target), scores=scores, **named(after))
