"""Why is the distance between pixels a poor measure of how alike two images are?

Every test image is changed in three ways that are equally far from the original in Euclidean distance: shifted by one
pixel, made brighter, and given noise. A nearest neighbour that compares pixels is asked what it still recognizes; and once
more with shifted copies of the training images among the candidates. After an example in CS231n's course notes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """By how many pixels an image is shifted to the right."""

    shift: int = knob(1, low=1, high=4)


def moved(x: Tensor, right: int, down: int) -> Tensor:
    """(n, 64) images shifted, with 0 where nothing comes in."""
    padded = F.pad(x.view(-1, 8, 8), [4] * 4)
    return padded[:, 4 - down : 12 - down, 4 - right : 12 - right].flatten(1)


def unchanged(x: Tensor, _generator: torch.Generator) -> Tensor:
    """No direction at all."""
    return torch.zeros_like(x)


def brighter(x: Tensor, _generator: torch.Generator) -> Tensor:
    """Every pixel by the same amount."""
    return torch.ones_like(x)


def noise(x: Tensor, generator: torch.Generator) -> Tensor:
    """A random direction for each image."""
    return torch.randn(x.shape, generator=generator, dtype=x.dtype)


def judged(p: Parameters, direction: Callable[..., Tensor] | None, copies: bool, seed: int) -> Mapping[str, float]:
    """A nearest neighbour on test images, each moved by the length of its shift; None: the shift itself."""
    generator = torch.Generator().manual_seed(seed)
    x, y, x_test, y_test = (part.double() if part.is_floating_point() else part for part in digits(generator))
    shifted = moved(x_test, p.shift, 0)
    length = (shifted - x_test).norm(dim=1, keepdim=True)
    changed = shifted if direction is None else x_test + length * F.normalize(direction(x_test, generator))
    if copies:
        places = [(right, down) for right in (-1, 0, 1) for down in (-1, 0, 1)]
        x, y = torch.cat([moved(x, *place) for place in places]), y.repeat(len(places))
    nearest = (x.square().sum(dim=1) - 2 * changed @ x.T).argmin(dim=1)
    distance = (changed - x_test).norm(dim=1, keepdim=True)
    return {
        "accuracy": float((y[nearest] == y_test).double().mean()),
        "distance": float(distance.mean()),
        "unequal": float((distance - length).abs().max()),
    }


def experiment(p: Parameters) -> Experiment:
    """The images as they are, three changes of equal length, and the shift again with shifted copies to compare with."""
    directions = {"unchanged": unchanged, "shifted": None, "brighter": brighter, "noise": noise}
    arms = {name: partial(judged, p, direction, False) for name, direction in directions.items()}
    changed = ("shifted", "brighter", "noise")
    return Experiment(
        arms=arms | {"shifted_copies": partial(judged, p, None, True)},
        metrics={name: itemgetter(name) for name in ("accuracy", "distance", "unequal")},
        claims={
            "equally_far": Claim(lambda a: max(getattr(a, name).unequal for name in changed), below=1e-9),
            "shift_hurts": Claim(lambda a: a.unchanged.accuracy - a.shifted.accuracy, above=0.2),
            "noise_hurts_less": Claim(lambda a: a.noise.accuracy - a.shifted.accuracy, above=0.1),
            "copies_help": Claim(lambda a: a.shifted_copies.accuracy - a.shifted.accuracy, above=0.2),
        },
    )
