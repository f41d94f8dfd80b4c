"""What if weights are dropped instead of units, and is DropConnect better than dropout at the same noise?

Wan, Zeiler, Zhang, LeCun & Fergus 2013. Both multiply by a random mask, 0 with probability p and else 1 / (1 - p):
dropout the layer's inputs, one mask for all units that read them; DropConnect the weights, each by itself. The noise that
one unit sees has the same variance, p / (1 - p) times the sum of (w h)²; only dropout's is shared among the units.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob

WIDTH = 128


@dataclass(frozen=True)
class Parameters:
    """64-128-128-10, the layer between the hidden ones under a mask; a share of the training labels redrawn."""

    data: str = knob("digits", choices=NAMES)
    redrawn: float = knob(0.4, low=0, high=1)
    p: float = knob(0.5, low=0, below=1)
    steps: int = knob(600, low=1, high=20_000)


class Net(nn.Module):
    """Before the second layer's sums a mask: on units by sample, on units by batch, or on its weights by batch."""

    ones: Tensor

    def __init__(self, inputs: int, outputs: int, units: float = 0, columns: float = 0, weights: float = 0) -> None:
        super().__init__()
        self.first, self.second, self.last = nn.Linear(inputs, WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, outputs)
        self.units, self.columns, self.weights = nn.Dropout(units), nn.Dropout(columns), nn.Dropout(weights)
        self.register_buffer("ones", torch.ones(1, WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs) to (batch, outputs)."""
        h = self.units(self.first(x).relu()) * self.columns(self.ones)
        scores: Tensor = self.last(F.linear(h, self.weights(self.second.weight), self.second.bias).relu())
        return scores


def noise(of: str, trained: Trained) -> float:
    """What 300 masks at p = 1/2 do to the sums of 30 units: their deviation by units over that by weights, or how far the
    sums of two units vary together, by units or by weights.
    """
    net, draw = trained.model, torch.Generator().manual_seed(trained.seed)
    assert isinstance(net, Net)
    with torch.no_grad():
        products = net.second.weight[:30] * net.first(trained.x_test[:1]).relu()  # (30, inputs)
        keep = 2 * (torch.rand(300, *products.shape, generator=draw) >= 0.5)
        sums = {"units": (keep[:, :1] * products).sum(-1), "weights": (keep * products).sum(-1)}  # (300, 30)
    if of == "ratio":
        return float((sums["units"].var(0).sum() / sums["weights"].var(0).sum()).sqrt())
    return float(torch.corrcoef(sums[of].T)[~torch.eye(30, dtype=torch.bool)].abs().mean())


def experiment(p: Parameters) -> Experiment:
    """Nothing dropped; units by sample, units by batch, weights by batch."""
    data = images(p.data)

    def noisy(generator: torch.Generator) -> Split:
        return data.draw(generator).noisy(p.redrawn, data.classes, generator)

    net, adam = partial(Net, data.pixels, data.classes), partial(torch.optim.Adam, lr=3e-3)
    plain = Training(data=noisy, model=net, loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    return Experiment(
        arms={
            "plain": plain,
            "dropout": replace(plain, model=partial(net, units=p.p)),
            "dropout_batch": replace(plain, model=partial(net, columns=p.p)),
            "dropconnect": replace(plain, model=partial(net, weights=p.p)),
        },
        metrics={"accuracy": Trained.accuracy} | {of: partial(noise, of) for of in ("ratio", "units", "weights")},
        claims={
            "helps": Claim(lambda a: a.dropconnect.accuracy - a.plain.accuracy, above=0.03),
            "better": Claim(lambda a: a.dropconnect.accuracy - a.dropout.accuracy, above=0),
            "better_like_for_like": Claim(lambda a: a.dropconnect.accuracy - a.dropout_batch.accuracy, above=0),
            "same_size": Claim(lambda a: abs(a.plain.ratio - 1), below=0.1),
            "not_shared": Claim(lambda a: a.plain.units / a.plain.weights, above=2),
        },
    )
