"""What do the 1 x 1 convolutions of a bottleneck and of an inception module save?

A wide convolution costs inputs times outputs. A 1 x 1 convolution before it makes the inputs few, and a second one makes the
outputs many again (Lin, Chen & Yan 2014; Szegedy et al. 2015; He et al. 2016). Layers and whole networks are built without
storage and counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor, nn

from seodang.counting.tracing import count_module
from seodang.experiment import Claim, Experiment, knob
from seodang.models.googlenet import TABLE, Inception, googlenet, googlenet_auxiliary
from seodang.models.resnet import resnet50


@dataclass(frozen=True)
class Parameters:
    """The narrow width between the two 1 x 1 convolutions, and the map they are counted on."""

    narrow: int = knob(64, low=1, high=1024)
    side: int = knob(28, low=1, high=224)


class Side(nn.Module):
    """Branches of convolutions over the same input, their maps stacked."""

    def __init__(self, *branches: nn.Module) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:  # (batch, channels, h, w)
        return torch.cat([branch(x) for branch in self.branches], dim=1)


def same(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
    """A convolution that keeps the size, without a bias: what is counted here is weights."""
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)


def counted(build: Callable[[], nn.Module], image: tuple[int, int, int], _seed: int) -> Mapping[str, float]:
    """Weights of convolutions, all parameters, and multiply-adds for one image."""
    with torch.device("meta"):
        net = build()
    weights = sum(layer.weight.numel() for layer in net.modules() if isinstance(layer, nn.Conv2d))
    network = count_module(net, image)
    return {"weights": weights, "parameters": network.parameters, "macs": network.macs}


def experiment(p: Parameters) -> Experiment:
    """Pairs of layers that make the same map with and without 1 x 1 convolutions, and three networks."""
    wide, n = 256, p.narrow
    pool = nn.Sequential(nn.MaxPool2d(3, 1, padding=1))  # the pooled input itself: 192 maps
    nets: dict[str, tuple[Callable[[], nn.Module], tuple[int, int, int]]] = {
        "direct": (lambda: same(wide, 96, 5), (wide, p.side, p.side)),
        "reduced": (lambda: nn.Sequential(same(wide, n, 1), same(n, 96, 5)), (wide, p.side, p.side)),
        "basic_wide": (lambda: nn.Sequential(same(wide, wide, 3), same(wide, wide, 3)), (wide, 14, 14)),
        "basic_narrow": (lambda: nn.Sequential(same(64, 64, 3), same(64, 64, 3)), (64, 14, 14)),
        "bottleneck": (lambda: nn.Sequential(same(wide, n, 1), same(n, n, 3), same(n, wide, 1)), (wide, 14, 14)),
        "inception": (lambda: Inception(192, TABLE[0][0]), (192, 28, 28)),
        "naive": (lambda: Side(same(192, 64, 1), same(192, 128, 3), same(192, 32, 5), pool), (192, 28, 28)),
        "googlenet": (googlenet, (3, 224, 224)),
        "auxiliary": (googlenet_auxiliary, (3, 224, 224)),
        "resnet50": (resnet50, (3, 224, 224)),
    }
    return Experiment(
        kind="derivation",
        arms={name: partial(counted, *net) for name, net in nets.items()},
        metrics={name: itemgetter(name) for name in ("weights", "parameters", "macs")},
        claims={
            "one_by_one_saves": Claim(lambda a: (a.direct.macs, a.reduced.macs) == (481_689_600, 133_267_456)),
            "bottleneck_17_times": Claim(lambda a: (a.bottleneck.weights, a.basic_wide.weights) == (69_632, 1_179_648)),
            "like_a_narrow_block": Claim(lambda a: abs(a.bottleneck.weights / a.basic_narrow.weights - 1), below=0.1),
            "inception_halves": Claim(lambda a: (a.inception.weights, a.naive.weights) == (163_328, 387_072)),
            "googlenet_small": Claim(lambda a: (a.googlenet.parameters, a.auxiliary.parameters) == (6_624_904, 13_004_888)),
            "resnet_50": Claim(lambda a: a.resnet50.parameters == 25_557_032 and round(a.resnet50.macs / 1e9, 3) == 4.089),
        },
    )
