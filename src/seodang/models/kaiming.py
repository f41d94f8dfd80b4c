"""He's initialization for nets of ReLU layers: the size of the signal stays the same from layer to layer.

He, Zhang, Ren & Sun 2015, "Delving deep into rectifiers", section 2.2, equation 10.
"""

from __future__ import annotations

from typing import TypeVar

from torch import nn

Net = TypeVar("Net", bound=nn.Module)


def kaiming(net: Net) -> Net:
    """The same net: weights of convolutions (not of transposed ones) and linear layers of variance 2 / fan-in, biases 0."""
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return net
