"""How does density estimation find anomalies, and what fools it?

What a model of normal data calls improbable is suspect (Bishop 1994). NADE learns black and white digits, all but one class,
and scores by ln p(x) the same digits with their pixels mixed up, faded ones, blank images, and the class left out. Strange
images that are simple can be more probable than normal ones (Nalisnick et al. 2019).
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.likelihood import log_probability, nats
from seodang.models.nade import NADE


@dataclass(frozen=True)
class Parameters:
    """The digits left out, one and then the other, and steps of Adam in batches of 64."""

    odd: int = knob(0, low=0, high=9)
    simple: int = knob(1, low=0, high=9)
    steps: int = knob(300, low=1, high=20_000)


class Pixels(nn.Module):
    """A logit for each pixel, whatever the others are."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(64))

    def forward(self, x: Tensor) -> Tensor:
        return self.bias + 0 * x


def normal(odd: int, generator: torch.Generator) -> Split:
    """Black and white digits; of the training images, those of one class are left out."""
    x, y, x_test, y_test = digits(generator)
    x = (x[y != odd] >= 0.5).float()
    return Split(x, y[y != odd], (x_test >= 0.5).float(), y_test)


@torch.no_grad()
def auroc(kind: str, trained: Trained) -> float:
    """How often a normal test digit is more probable than an abnormal image of a kind; ties count half."""
    left_out = ~torch.isin(trained.y_test, trained.y_train)
    usual, draw = trained.x_test[~left_out], torch.Generator().manual_seed(trained.seed)
    chance = torch.rand(usual.shape, generator=draw)
    strange = {
        "mixed": usual.gather(1, chance.argsort(1)),
        "faded": usual * (chance < 0.5),
        "blank": torch.zeros(1, 64),
        "left_out": trained.x_test[left_out],
    }[kind]
    score, odd = (log_probability(trained.model(x), x) for x in (usual, strange))
    apart = score[:, None] - odd
    return float((apart > 0).float().mean() + (apart == 0).float().mean() / 2)


def experiment(p: Parameters) -> Experiment:
    """NADE without noughts, a model of independent pixels without noughts, and NADE without ones."""
    adam = partial(torch.optim.Adam, lr=0.02)
    up = Turn(lambda model, batch: nats(model(batch.x), batch.x), adam)
    nade = Training(data=partial(normal, p.odd), model=partial(NADE, 64, 50), turns=(up,), steps=p.steps)
    return Experiment(
        arms={"nade": nade, "pixels": replace(nade, model=Pixels), "no_ones": replace(nade, data=partial(normal, p.simple))},
        metrics={kind: partial(auroc, kind) for kind in ("mixed", "faded", "blank", "left_out")},
        claims={
            "finds_mixed": Claim(lambda a: a.nade.mixed, above=0.95),
            "finds_noughts": Claim(lambda a: a.nade.left_out, above=0.6),
            "needs_dependence": Claim(lambda a: a.nade.left_out - a.pixels.left_out, above=0.05),
            "blank_fools": Claim(lambda a: a.nade.blank, below=0.5),
            "finds_ones": Claim(lambda a: a.no_ones.left_out, above=0.6),
        },
    )
