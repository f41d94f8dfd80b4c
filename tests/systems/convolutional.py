"""What the tests of convolutional systems share: counts, fields by gradient, trainings on digits."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.counting.network import Network
from seodang.counting.tracing import count_module
from seodang.data.digits import digits
from seodang.experiment import Trained, Training
from seodang.training import train


def parameters(net: nn.Module) -> int:
    """All trained numbers."""
    return sum(parameter.numel() for parameter in net.parameters())


def counted(build: Callable[[], nn.Module], image: tuple[int, ...]) -> Network:
    """What `seodang count` says of a network, built without storage; its parameters are those that the modules hold."""
    with torch.device("meta"):
        net = build()
    network = count_module(net, image)
    assert network.parameters == parameters(net)
    return network


def reach(layers: Sequence[nn.Module], side: int, channels: int = 1) -> int:
    """How many pixels across the middle unit's gradient is not nought: the receptive field, measured.

    All weights are made positive so that nothing cancels; maximum pooling, which passes the gradient to one pixel only, is
    replaced by average pooling of the same window; filters by one a map, since the field does not depend on their number.
    """
    net = nn.Sequential(*(_plain(layer) for layer in layers)).double()
    x = torch.rand(1, channels, side, side, dtype=torch.float64, requires_grad=True)
    y = net(x)
    y[0, 0, y.shape[2] // 2, y.shape[3] // 2].backward()
    assert x.grad is not None
    rows = (x.grad[0].abs().sum(0) > 0).any(dim=1).nonzero()
    assert rows.min() > 0, "the image is too small to hold the whole field"
    assert rows.max() < side - 1, "the image is too small to hold the whole field"
    return int(rows.max() - rows.min() + 1)


def _plain(layer: nn.Module) -> nn.Module:
    if isinstance(layer, nn.Conv2d):
        one = nn.Conv2d(1, 1, layer.kernel_size, layer.stride, layer.padding, layer.dilation, bias=False)  # type: ignore[arg-type]
        nn.init.constant_(one.weight, 1 / math.prod(layer.kernel_size))
        return one
    if isinstance(layer, nn.MaxPool2d):
        return nn.AvgPool2d(layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode)
    return copy.deepcopy(layer)


def pixels(net: nn.Module, scale: int = 1) -> nn.Sequential:
    """The net behind flat digits of 8 x 8 pixels, each enlarged to scale x scale."""
    enlarge = [nn.Upsample(scale_factor=scale)] if scale > 1 else []
    return nn.Sequential(nn.Unflatten(1, (1, 8, 8)), *enlarge, net)


def on_digits(
    model: Callable[[], nn.Module],
    *,
    steps: int,
    seeds: int = 3,
    lr: float = 0.003,
    scale: int = 1,
    loss: Callable[[Any, Tensor], Tensor] = F.cross_entropy,
) -> list[Trained]:
    """Trained by the engine with Adam, batches of 64; every seed redraws the split, the initialization and the batches."""
    training = Training(
        data=digits, model=lambda: pixels(model(), scale), loss=loss, optimizer=partial(torch.optim.Adam, lr=lr), steps=steps
    )
    return train(training, range(seeds))


def worst(trained: Sequence[Trained]) -> float:
    """The lowest test accuracy of all seeds."""
    return min(one.accuracy() for one in trained)


def mean(trained: Sequence[Trained]) -> float:
    """The mean test accuracy over the seeds."""
    return sum(one.accuracy() for one in trained) / len(trained)
