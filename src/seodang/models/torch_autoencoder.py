"""The autoencoder of numpy_autoencoder in PyTorch: the same weights and batches, but no gradient and no Adam by hand."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from seodang.models.numpy_mlp import Array


def module(weights: list[Array]) -> nn.Sequential:
    """The net with these weights; the middle layer and the last have no ReLU."""
    layers: list[nn.Module] = []
    for weight, bias in zip(weights[::2], weights[1::2], strict=True):
        linear = nn.Linear(*weight.shape).to(torch.from_numpy(weight).dtype)
        linear.weight.data, linear.bias.data = torch.from_numpy(weight.T.copy()), torch.from_numpy(bias.copy())
        layers += [linear, nn.Identity() if len(layers) + 2 in (len(weights) // 2, len(weights)) else nn.ReLU()]
    return nn.Sequential(*layers)


def train(weights: list[Array], x: Array, epochs: int, lr: float, generator: np.random.Generator) -> nn.Sequential:
    """Adam in batches of 64; the trained net."""
    net, images = module(weights), torch.from_numpy(x)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    for _ in range(epochs):
        for rows in torch.from_numpy(generator.permutation(len(x)))[: len(x) // 64 * 64].reshape(-1, 64):
            optimizer.zero_grad()
            F.mse_loss(net(images[rows]), images[rows]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return net
