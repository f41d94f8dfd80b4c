"""Training code behaves strangely: what does one check, in which order, and what do the checks not see?

Six checks that take seconds (CS231n notes; Karpathy 2019): the inputs' scale, the loss at the start, the size of the first
update, the gradient of the same batch twice, the same answer twice in evaluation, ten samples learned by heart. They are put
to two sound programs and to nine with one planted fault each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import images
from seodang.experiment import Arms, Claim, Experiment, knob

CODE = ("no_zero_grad", "double_softmax", "frozen_layer", "huge_rate", "raw_pixels", "dead_units", "no_eval")
LABELS = ("shuffled_labels", "off_by_one")
SOUND = ("plain", "dropout")
CHECKS = ("scale", "start", "update", "twice", "repeat", "ten")


@dataclass(frozen=True)
class Parameters:
    """Steps on the ten samples."""

    steps: int = knob(200, low=1, high=5_000)


def program(name: str, seed: int) -> tuple[nn.Sequential, Tensor, Tensor]:
    """A net, inputs and labels, with the fault of that name or none."""
    x, y, *_ = images("digits").draw(torch.Generator().manual_seed(seed))
    torch.manual_seed(seed)
    middle = nn.Dropout(0.2) if name in ("dropout", "no_eval") else nn.Identity()
    last = nn.Softmax(-1) if name == "double_softmax" else nn.Identity()
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), middle, nn.Linear(64, 10), last)
    net[0].requires_grad_(name != "frozen_layer")
    nn.init.constant_(net[0].bias, -10.0 if name == "dead_units" else 0.0)  # type: ignore[arg-type]
    labels = {"shuffled_labels": y[torch.randperm(len(y))], "off_by_one": y.roll(1)}.get(name, y)
    return net, x * (255 if name == "raw_pixels" else 1), labels


def checked(p: Parameters, name: str, seed: int) -> Mapping[str, float]:
    """1 for every check that raises an alarm, and how many do."""
    net, x, y = program(name, seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=1.0 if name == "huge_rate" else 0.003)

    def gradients(rows: slice, noise: int) -> Tensor:
        torch.manual_seed(noise)
        if name != "no_zero_grad":
            optimizer.zero_grad()
        F.cross_entropy(net(x[rows]), y[rows]).backward()  # type: ignore[no-untyped-call]
        return torch.cat([one.grad.flatten() for one in net.parameters() if one.grad is not None])

    start = float(F.cross_entropy(net(x), y).detach())
    twice = not torch.allclose(gradients(slice(64), seed), gradients(slice(64), seed), rtol=1e-4)
    before = [one.detach().clone() for one in net.parameters()]
    optimizer.step()
    ratios = [float((a.detach() - b).norm() / (b.norm() + 0.1)) for a, b in zip(net.parameters(), before, strict=True)]
    for step in range(p.steps):
        gradients(slice(10), step)
        optimizer.step()
    net.train(name == "no_eval")
    ten, same = float(F.cross_entropy(net(x[:10]), y[:10]).detach()), torch.equal(net(x), net(x))
    data = float(x.std()) > 5, abs(start - 2.303) > 0.3, not 1e-4 < min(ratios) <= max(ratios) < 0.5
    made = dict(zip(CHECKS, map(float, (*data, twice, not same, ten > 0.1)), strict=True))
    return made | {"alarms": sum(made.values())}


def experiment(p: Parameters) -> Experiment:
    """Two sound programs, seven with a fault in the code, two with wrong labels."""

    def caught(a: Arms, names: tuple[str, ...]) -> int:
        return sum(getattr(a, name).alarms > 0 for name in names)

    return Experiment(
        arms={name: partial(checked, p, name) for name in (*SOUND, *CODE, *LABELS)},
        metrics={name: itemgetter(name) for name in (*CHECKS, "alarms")},
        claims={
            "sound_pass": Claim(lambda a: caught(a, SOUND) == 0),
            "code_faults_caught": Claim(lambda a: caught(a, CODE) == len(CODE)),
            "nearly_all_caught": Claim(lambda a: caught(a, CODE + LABELS) >= len(CODE + LABELS) - 1),
        },
    )
