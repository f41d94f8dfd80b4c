"""A classifier as a fully convolutional network: it slides over a larger image and gives scores for every window at once.

Long, Shelhamer & Darrell 2015, "Fully convolutional networks for semantic segmentation", section 3.1.
"""

from __future__ import annotations

import copy

import torch
from torch import nn


def as_convolution(linear: nn.Linear, shape: tuple[int, int, int]) -> nn.Conv2d:
    """The convolution that computes on maps (channels, h, w) what the layer computes on them flattened."""
    device = linear.weight.device
    conv = nn.Conv2d(shape[0], linear.out_features, shape[1:], bias=linear.bias is not None, device=device)
    with torch.no_grad():
        conv.weight.copy_(linear.weight.view(-1, *shape))
        if conv.bias is not None:
            conv.bias.copy_(linear.bias)
    return conv


def fully_convolutional(net: nn.Sequential, image: tuple[int, int, int]) -> nn.Sequential:
    """The net without its Flatten and with convolutions for its linear layers: (batch, classes, rows, columns) of scores.

    Scores equal those of sliding windows where the net pads nothing: a window's border would be padded with noughts, and
    within a larger image there are pixels. ValueError for a net without a Flatten.
    """
    layers: list[nn.Module] = []
    shape, flat = image, False
    for layer in net:
        if isinstance(layer, nn.Flatten):
            flat = True
        elif isinstance(layer, nn.Linear):
            layers.append(as_convolution(layer, shape))
            shape = (layer.out_features, 1, 1)
        else:
            layers.append(layer)
            shape = shape if flat else _shape_after(layer, shape)
    if not flat:
        raise ValueError("net: has no Flatten layer, so it is fully convolutional already")
    return nn.Sequential(*layers)


def _shape_after(layer: nn.Module, shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Tried on a copy: normalization would remember the image of noughts."""
    with torch.no_grad():
        _, channels, height, width = copy.deepcopy(layer).eval()(torch.zeros(1, *shape)).shape
    return channels, height, width
