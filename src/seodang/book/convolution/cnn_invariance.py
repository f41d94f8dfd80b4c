"""What is a convolutional network made of, and what happens when the image is shifted or turned?

A convolution moves with the image (equivariance); a net of convolutions, pooling and a linear layer need not keep its answer
(invariance: Azulay & Weiss 2019). Turning is not built in at all (Cohen & Welling 2016); it can be shown in training.
"""

import math
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.data.split import Split
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.small_conv import pooled

SIDE = 8


@dataclass(frozen=True)
class Parameters:
    """How far training images are turned at most, in degrees, in the second arm."""

    turn: float = knob(45.0, low=0, high=180)
    lr: float = knob(0.005, above=0, high=1)
    steps: int = knob(300, low=1, high=5000)


def net() -> nn.Sequential:
    """Convolution, ReLU and pooling twice, and a linear layer; of flat pixels."""
    return nn.Sequential(nn.Unflatten(1, (1, SIDE, SIDE)), *pooled("maximum", (16, 32)))


def turned(x: Tensor, degrees: Tensor) -> Tensor:
    """(n, 64) images, each turned about its centre by its own angle; what comes from outside is black."""
    angle = degrees.to(x) * math.pi / 180
    zero = torch.zeros_like(angle)
    rows = [torch.stack([angle.cos(), -angle.sin(), zero], -1), torch.stack([angle.sin(), angle.cos(), zero], -1)]
    grid = F.affine_grid(torch.stack(rows, 1), [len(x), 1, SIDE, SIDE], align_corners=False)
    return F.grid_sample(x.view(-1, 1, SIDE, SIDE), grid, align_corners=False).flatten(1)


def with_turned(limit: float, generator: torch.Generator) -> Split:
    """The digits, and three copies of each training image turned at random."""
    x, y, x_test, y_test = digits(generator)
    copies = [turned(x, limit * (2 * torch.rand(len(x), generator=generator) - 1)) for _ in range(3)]
    return Split(torch.cat([x, *copies]), y.repeat(4), x_test, y_test)


def seen(trained: Trained, x: Tensor) -> float:
    """The test accuracy on changed images."""
    with torch.no_grad():
        return float((trained.model(x).argmax(-1) == trained.y_test).float().mean())


def shifted(x: Tensor) -> Tensor:
    """(n, 8, 8) images moved to the right by one pixel."""
    return F.pad(x[..., :-1], (1, 0))


def after_shift(trained: Trained) -> float:
    """The test accuracy on shifted images."""
    return seen(trained, shifted(trained.x_test.view(-1, SIDE, SIDE)).flatten(1))


def after_turn(trained: Trained, degrees: float) -> float:
    """The test accuracy on turned images."""
    return seen(trained, turned(trained.x_test, torch.full((len(trained.x_test),), degrees)))


def moves_along(trained: Trained) -> float:
    """How far the maps of the shifted image are from the shifted maps, two pixels from the border inwards."""
    conv = trained.model[1].double()  # type: ignore[index]
    x = trained.x_test.view(-1, 1, SIDE, SIDE).double()
    with torch.no_grad():
        gap = (conv(shifted(x)) - shifted(conv(x)))[..., 2:-2, 2:-2]
    conv.float()
    return float(gap.abs().max())


def experiment(p: Parameters) -> Experiment:
    """The same net on upright digits, and on digits of which some are turned."""
    upright = Training(
        data=digits, model=net, loss=F.cross_entropy, optimizer=partial(torch.optim.Adam, lr=p.lr), steps=p.steps, batch=32
    )
    turns = {f"turned_{degrees}": partial(after_turn, degrees=float(degrees)) for degrees in (15, 45, 90)}
    return Experiment(
        arms={"upright": upright, "augmented": replace(upright, data=partial(with_turned, p.turn))},
        metrics={"accuracy": Trained.accuracy, "shifted": after_shift, **turns, "moves_along": moves_along},
        claims={
            "equivariant": Claim(lambda a: max(a.upright.moves_along, a.augmented.moves_along), below=1e-6),
            "not_invariant": Claim(lambda a: a.upright.accuracy - a.upright.shifted, above=0.2),
            "turning_hurts": Claim(lambda a: a.upright.accuracy - a.upright.turned_45, above=0.3),
            "shown_is_learned": Claim(lambda a: a.augmented.turned_45 - a.upright.turned_45, above=0.2),
            "not_shown_is_not": Claim(lambda a: a.augmented.turned_90, below=0.5),
        },
    )
