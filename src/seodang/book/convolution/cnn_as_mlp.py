"""Can a fully connected net be built that is identical to a given CNN, and does it stay so?

A convolution is a matrix whose rows are the same filter, moved (a Toeplitz matrix; Goodfellow, Bengio & Courville 2016,
section 9.1), and max(a, b) = a + relu(b - a). Both nets then take one step of gradient descent.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.digits import everything
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Filters of the convolution on 8 x 8 images."""

    filters: int = knob(8, low=1, high=64)


def dense(layer: nn.Module) -> nn.Linear:
    """The fully connected layer of the same function: its columns are what the layer makes of single lit pixels."""
    pixels = torch.eye(64, dtype=torch.double)
    with torch.no_grad():
        bias = layer(torch.zeros(1, 64, dtype=torch.double)).flatten()
        columns = layer(pixels).flatten(1) - bias
        linear = nn.Linear(len(pixels), len(bias), dtype=torch.double)
        linear.weight.copy_(columns.T)
        linear.bias.copy_(bias)
    return linear


def pooled(y: Tensor) -> Tensor:
    """The maximum of 2 x 2 out of differences and ReLUs alone: linear layers could give the differences."""
    a, b, c, d = (y[..., i::2, j::2] for i in (0, 1) for j in (0, 1))
    ab, cd = a + F.relu(b - a), c + F.relu(d - c)
    return ab + F.relu(cd - ab)


def compared(p: Parameters, padding: int, _seed: int) -> Mapping[str, float]:
    """A CNN and its fully connected twin: what they are, and how far they are apart before and after one step."""
    torch.manual_seed(0)
    x, y = everything()[0][:64].double(), everything()[1][:64]
    side = 6 + 2 * padding
    conv = nn.Sequential(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, p.filters, 3, padding=padding)).double()
    head = nn.Linear(p.filters * (side // 2) ** 2, 10).double()
    twin, twin_head = dense(conv), copy.deepcopy(head)

    def score(first: nn.Module, last: nn.Module) -> Any:
        return last(pooled(F.relu(first(x)).view(64, p.filters, side, side)).flatten(1))

    before = (score(conv, head) - score(twin, twin_head)).abs().max()
    for pair in ((conv, head), (twin, twin_head)):
        torch.autograd.backward(F.cross_entropy(score(*pair), y))
        torch.optim.SGD([*pair[0].parameters(), *pair[1].parameters()], 0.1).step()
    return {
        "before": before.item(),
        "after": (score(conv, head) - score(twin, twin_head)).abs().max().item(),
        "pool_gap": (pooled(conv(x)) - F.max_pool2d(conv(x), 2)).abs().max().item(),
        "zeros": float((dense(conv).weight == 0).double().mean()),
        "conv_parameters": sum(weight.numel() for weight in conv.parameters()),
        "twin_parameters": sum(weight.numel() for weight in twin.parameters()),
    }


def experiment(p: Parameters) -> Experiment:
    """The convolution with and without padding."""
    return Experiment(
        kind="derivation",
        arms={"padded": partial(compared, p, 1), "unpadded": partial(compared, p, 0)},
        metrics={n: itemgetter(n) for n in ("before", "after", "pool_gap", "zeros", "conv_parameters", "twin_parameters")},
        claims={
            "twins": Claim(lambda a: max(a.padded.before, a.unpadded.before), below=1e-5),
            "maximum_is_relu": Claim(lambda a: max(a.padded.pool_gap, a.unpadded.pool_gap), below=1e-6),
            "mostly_zeros": Claim(lambda a: min(a.padded.zeros, a.unpadded.zeros), above=0.9),
            "stay_twins": Claim(lambda a: max(a.padded.after, a.unpadded.after), below=1e-4),
        },
    )
