"""The perceptron of numpy_mlp in PyTorch: the same weights to start from and the same batches, but no gradient by hand."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

Array = NDArray[Any]


def module(weights: list[Array]) -> nn.Sequential:
    """The net with these weights: for each of two layers a matrix (inputs, outputs) and a bias."""
    w1, b1, w2, b2 = (torch.from_numpy(weight) for weight in weights)
    net = nn.Sequential(nn.Linear(*w1.shape), nn.ReLU(), nn.Linear(*w2.shape)).to(w1.dtype)
    for parameter, value in zip(net.parameters(), (w1.T, b1, w2.T, b2), strict=True):
        parameter.data.copy_(value)
    return net


def backward(weights: list[Array], x: Array, y: Array) -> list[Array]:
    """The gradient of the mean cross-entropy, by autograd."""
    net = module(weights)
    mean = F.cross_entropy(net(torch.from_numpy(x)), torch.from_numpy(y))
    return [slope.numpy().T for slope in torch.autograd.grad(mean, list(net.parameters()))]


def train(weights: list[Array], x: Array, y: Array, epochs: int, lr: float, generator: np.random.Generator) -> None:
    """Stochastic gradient descent in batches of 64; the weights are changed in place."""
    net, images, labels = module(weights), torch.from_numpy(x), torch.from_numpy(y)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    for _ in range(epochs):
        for rows in torch.from_numpy(generator.permutation(len(x)))[: len(x) // 64 * 64].reshape(-1, 64):
            optimizer.zero_grad()
            mean: Tensor = F.cross_entropy(net(images[rows]), labels[rows])
            mean.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    for weight, parameter in zip(weights, net.parameters(), strict=True):
        weight[...] = parameter.detach().numpy().T
