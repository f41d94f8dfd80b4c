"""Why is an image padded with zeros, and not with a mirror image of itself?

Zeros cost nothing to look up. But they are a landmark: a net can tell from them how far the border is (Islam, Jia & Bruce
2020; Kayhan & van Gemert 2020). Four paddings, the same net; and a linear probe that is to read the row from feature maps
of images without any content.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.images import images
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.small_conv import Padding, padded

SIDE = 8


@dataclass(frozen=True)
class Parameters:
    """Four convolutions of 3 x 3, trained by Adam."""

    filters: int = knob(16, low=1, high=64)
    lr: float = knob(0.005, above=0, high=1)
    steps: int = knob(250, low=1, high=5000)
    batch: int = knob(32, low=1, high=450)


def net(mode: Padding, filters: int) -> nn.Sequential:
    """The padded convolutions, of flat pixels."""
    return nn.Sequential(nn.Unflatten(1, (1, SIDE, SIDE)), *padded(mode, [filters] * 4))


def row_found(trained: Trained) -> float:
    """How often a linear discriminant reads a position's row from the last maps of blank images it was not fitted on."""
    blank = torch.linspace(0.02, 1, 50)[:, None].expand(-1, SIDE**2)  # one brightness an image
    with torch.no_grad():
        maps = trained.model[:-3](blank).permute(0, 2, 1, 3).double()  # type: ignore[index]  # (images, rows, channels, columns)
    rows = maps.permute(1, 0, 3, 2)  # (rows, images, columns, channels)
    fitted, tried = rows[:, ::2].flatten(1, 2), rows[:, 1::2].flatten(1, 2)
    means = fitted.mean(1)
    apart = (fitted - means[:, None]).flatten(0, 1)
    weights = means @ torch.linalg.pinv(apart.T @ apart / len(apart) + 1e-9 * torch.eye(means.shape[1]).double())
    scores = tried @ weights.T - (weights * means).sum(1) / 2
    return float((scores.argmax(-1) == torch.arange(SIDE)[:, None]).double().mean())


def experiment(p: Parameters) -> Experiment:
    """The same net with four paddings."""
    zeros = Training(
        data=images("digits").draw,
        model=partial(net, "zeros", p.filters),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.Adam, lr=p.lr),
        steps=p.steps,
        batch=p.batch,
    )
    others: tuple[Padding, ...] = ("reflect", "replicate", "circular")
    arms = {"zeros": zeros} | {mode: replace(zeros, model=partial(net, mode, p.filters)) for mode in others}
    return Experiment(
        arms=arms,
        metrics={"accuracy": Trained.accuracy, "row_found": row_found},
        claims={
            "no_winner": Claim(
                lambda a: max(getattr(a, m).accuracy for m in arms) - min(getattr(a, m).accuracy for m in arms), below=0.03
            ),
            "zeros_tell_where": Claim(lambda a: a.zeros.row_found, above=0.9),
            "zeros_tell_something": Claim(lambda a: a.zeros.row_found, above=0.35),
            "others_do_not": Claim(lambda a: max(getattr(a, m).row_found for m in others), below=0.175),
        },
    )
