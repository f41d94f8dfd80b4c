"""How do transfer learning and fine-tuning differ, when does which win, and in what order are layers unfrozen?

Features learned on one task begin another: kept as they are (Donahue et al. 2014), tuned further (Yosinski, Clune, Bengio &
Lipson 2014), or released layer by layer from the top (Howard & Ruder 2018). A net of 700 clean digits is carried over to
digits that are noisy, lie on their side or are moved, of which few are labelled.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.digits import everything
from seodang.experiment import Claim, Experiment, knob
from seodang.models.cnn import cnn

LABELS = {"noisy": 2, "side": 2, "moved": 10}  # the targets, and how many labels of each class are known


@dataclass(frozen=True)
class Parameters:
    """300 steps of SGD on the source, 120 on the target."""

    lr: float = knob(0.03, above=0, high=1)
    steps: int = knob(120, low=4, high=2_000)


def fit(net: nn.Sequential, x: Tensor, y: Tensor, steps: int, p: Parameters, free: list[int], seed: int) -> nn.Sequential:
    """Train; `free` says, a stage of the steps each, how many layers with weights may move, counted from the top."""
    layers, order = [layer for layer in net if list(layer.parameters())], torch.Generator().manual_seed(seed)
    for count in free:
        moving = [weight for layer in layers[len(layers) - count :] for weight in layer.parameters()]
        sgd = torch.optim.SGD(moving, lr=p.lr, momentum=0.9)
        for _ in range(steps // len(free)):
            rows = torch.randint(len(x), (min(64, len(x)),), generator=order)
            sgd.zero_grad()
            F.cross_entropy(net(x[rows]), y[rows]).backward()  # type: ignore[no-untyped-call]
            sgd.step()
    return net


def changed(target: str, x: Tensor, generator: torch.Generator) -> Tensor:
    """(n, 64) the same digits with noise of deviation 0.35, turned by a quarter, or moved by a pixel to the lower right."""
    noisy, images = (x + 0.35 * torch.randn(x.shape, generator=generator)).clamp(0, 1), x.view(-1, 8, 8)
    return {"noisy": noisy, "side": images.rot90(1, (1, 2)), "moved": images.roll((1, 1), (1, 2))}[target].flatten(1)


@cache
def begun(p: Parameters, seed: int) -> tuple[Tensor, Tensor, nn.Sequential, nn.Sequential]:
    """The digits that the source leaves, and a net before and after it has learned 700 others."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        fresh, order = cnn((1, 8, 8), [16, 32], [64], batch_norm=False), torch.randperm(len(everything()[0]))
    x, y = (part[order] for part in everything())
    return x[700:], y[700:], fresh, fit(copy.deepcopy(fresh), x[:700], y[:700], 300, p, [4], seed)


def carried(p: Parameters, free: list[int], anew: bool, seed: int) -> Mapping[str, float]:
    """Test accuracy on each target of a net begun with the source's features and a fresh last layer, or wholly anew."""
    x, y, fresh, learned = begun(p, seed)
    found = {}
    for target in LABELS:
        new = changed(target, x, torch.Generator().manual_seed(seed))
        rows = torch.cat([(y[:600] == digit).nonzero()[: LABELS[target], 0] for digit in range(10)])
        net = copy.deepcopy(fresh if anew else learned)
        net[-1] = copy.deepcopy(fresh[-1])
        fit(net, new[rows], y[rows], p.steps, p, free, seed)
        found[target] = float((net(new[600:]).argmax(1) == y[600:]).float().mean())
    return found


def experiment(p: Parameters) -> Experiment:
    """The source's features frozen, tuned, or released from the top a layer a quarter; and a net begun anew."""
    ways = {"frozen": [1], "tuned": [4], "gradual": [1, 2, 3, 4], "anew": [4]}
    return Experiment(
        arms={name: partial(carried, p, free, name == "anew") for name, free in ways.items()},
        metrics={target: itemgetter(target) for target in LABELS},
        claims={
            "like_helps": Claim(lambda arms: arms.frozen.noisy - arms.anew.noisy, above=0.04),
            "unlike_harms": Claim(lambda arms: arms.anew.side - arms.frozen.side, above=0.08),
            "tuned_keeps_up": Claim(lambda a: a.tuned.moved >= max(a.frozen.moved, a.anew.moved - 0.005)),
            "gradual_wins": Claim(lambda arms: arms.gradual.noisy - arms.tuned.noisy, above=0.01),
        },
    )
