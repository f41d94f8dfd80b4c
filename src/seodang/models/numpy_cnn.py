"""A convolutional classifier in NumPy alone, back-propagation by hand: `python -m seodang.models.numpy_cnn FOLDER` on MNIST.

Two 3 x 3 convolutions, each with ReLU and 2 x 2 maximum pooling, and a softmax (LeCun, Bottou, Bengio & Haffner 1998).
A convolution is one matrix product of all its windows, laid out as rows (Chellapilla, Puri & Simard 2006). Images are
(n, height, width, channels); height and width are multiples of four.
"""

import sys

import numpy as np

from seodang.models.numpy_mlp import Array, read


def initial(side: int, filters: tuple[int, int], classes: int, generator: np.random.Generator) -> list[Array]:
    """Matrix and bias of two convolutions (9 channels, filters) and of the last layer, of a size that keeps the signal's."""
    rows = (9, 9 * filters[0], (side // 4) ** 2 * filters[1])
    pairs = zip(rows, (*filters, classes), strict=True)
    layers = [(generator.normal(0, np.sqrt(2 / n), (n, m)), np.zeros(m)) for n, m in pairs]
    return [weight.astype(np.float32) for layer in layers for weight in layer]


def windows(x: Array) -> Array:
    """Every 3 x 3 window of images bordered with 0, as a row: (n height width, 9 channels)."""
    bordered = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(bordered, (3, 3), axis=(1, 2)).reshape(-1, 9 * x.shape[3])


def conv(x: Array, w: Array, b: Array) -> Array:
    """(n, height, width, channels) to (n, height, width, filters)."""
    return (windows(x) @ w + b).reshape(*x.shape[:3], -1)


def conv_back(x: Array, w: Array, dz: Array) -> tuple[Array, Array, Array]:
    """What dz, the slope of the output, means for the input, the matrix and the bias."""
    n, height, width, channels = x.shape
    rows = dz.reshape(-1, dz.shape[3])
    dwindows = (rows @ w.T).reshape(n, height, width, channels, 3, 3)
    dx = np.zeros((n, height + 2, width + 2, channels), x.dtype)
    for i, j in np.ndindex(3, 3):  # a pixel is in nine windows, and their slopes add up
        dx[:, i : i + height, j : j + width] += dwindows[..., i, j]
    return dx[:, 1:-1, 1:-1], windows(x).T @ rows, rows.sum(axis=0)


def pool(x: Array) -> tuple[Array, Array]:
    """The largest of each 2 x 2 block, (n, height / 2, width / 2, channels), and which of the four it was."""
    n, height, width, channels = x.shape
    blocks = x.reshape(n, height // 2, 2, width // 2, 2, channels).swapaxes(2, 3)
    blocks = blocks.reshape(n, height // 2, width // 2, 4, channels)
    return blocks.max(axis=3), blocks.argmax(axis=3)


def pool_back(best: Array, da: Array) -> Array:
    """Only the largest of a block had a part in the output."""
    n, height, width, channels = da.shape
    blocks = np.where(np.arange(4)[:, None] == best[:, :, :, None], da[:, :, :, None], da.dtype.type(0))
    return blocks.reshape(n, height, width, 2, 2, channels).swapaxes(2, 3).reshape(n, 2 * height, 2 * width, channels)


def forward(weights: list[Array], x: Array) -> tuple[Array, Array, Array, Array, Array]:
    """The maps after each pooling and which of four they were, and the probabilities (n, classes)."""
    w1, b1, w2, b2, w3, b3 = weights
    a1, best1 = pool(np.maximum(conv(x, w1, b1), 0))
    a2, best2 = pool(np.maximum(conv(a1, w2, b2), 0))
    z3 = a2.reshape(len(x), -1) @ w3 + b3
    e3 = np.exp(z3 - z3.max(axis=1, keepdims=True))
    return a1, best1, a2, best2, e3 / e3.sum(axis=1, keepdims=True)


def backward(weights: list[Array], x: Array, y: Array) -> list[Array]:
    """The gradient of the mean cross-entropy, by the chain rule from the last layer to the first."""
    a1, best1, a2, best2, p = forward(weights, x)
    dz3 = (p - np.eye(p.shape[1], dtype=p.dtype)[y]) / len(y)
    dw3 = a2.reshape(len(x), -1).T @ dz3
    db3 = dz3.sum(axis=0)
    da2 = (dz3 @ weights[4].T).reshape(a2.shape)
    da1, dw2, db2 = conv_back(a1, weights[2], pool_back(best2, da2 * (a2 > 0)))
    _, dw1, db1 = conv_back(x, weights[0], pool_back(best1, da1 * (a1 > 0)))
    return [dw1, db1, dw2, db2, dw3, db3]


def train(weights: list[Array], x: Array, y: Array, epochs: int, lr: float, generator: np.random.Generator) -> None:
    """Stochastic gradient descent in batches of 64; the weights are changed in place."""
    for _ in range(epochs):
        for rows in generator.permutation(len(x))[: len(x) // 64 * 64].reshape(-1, 64):
            for weight, slope in zip(weights, backward(weights, x[rows], y[rows]), strict=True):
                weight -= lr * slope


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    weights = initial(28, (8, 16), 10, rng)
    (x, y), (x_test, y_test) = (read(sys.argv[1], part) for part in ("train", "t10k"))
    train(weights, x.reshape(-1, 28, 28, 1), y, epochs=3, lr=0.1, generator=rng)
    right = forward(weights, x_test.reshape(-1, 28, 28, 1))[-1].argmax(axis=1) == y_test
    print("test accuracy:", right.mean())
