"""On the slide of three images the car's hinge loss is 0: what does that mean?

The hinge loss adds up by how much each rival comes within a margin of the right class (Weston & Watkins 1999).
The scores are those of CS231n's lecture 3 (2017). Fractions make "equal" mean equal: in floating point 5.1 - 3.2 + 1
is not 2.9.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from operator import itemgetter

from seodang.experiment import Claim, Experiment, knob

Scores = list[Fraction]
CAT, CAR, FROG = ([Fraction(s) for s in row.split()] for row in ("3.2 5.1 -1.7", "1.3 4.9 2.0", "2.2 2.5 -3.1"))
STEP = Fraction(1, 1000)


@dataclass(frozen=True)
class Parameters:
    """The margin of the slide, and the number of classes of a classifier that has learned nothing."""

    margin: float = knob(1.0, above=0, high=100)
    classes: int = knob(10, low=2, high=10_000)


def losses(scores: Scores, right: int, margin: Fraction, _seed: int) -> Mapping[str, float | Fraction]:
    """What one image costs with the score it has for its own class, and with others."""
    mine, rivals = scores[right], scores[:right] + scores[right + 1 :]

    def hinge(score: Fraction, power: int = 1) -> Fraction:
        return sum((max(Fraction(0), rival - score + margin) ** power for rival in rivals), Fraction(0))

    def slope(score: Fraction, power: int = 1) -> Fraction:
        """A difference quotient: for a piece of a line or of a parabola it is the derivative, exactly."""
        return (hinge(score + STEP, power) - hinge(score - STEP, power)) / (2 * STEP)

    needed = max(rivals) + margin
    ahead = (needed + more for more in (STEP, Fraction(1), Fraction(1000)))
    return {
        "loss": hinge(mine),
        "slope": slope(mine),
        "squared": hinge(mine, power=2),
        "squared_slope": slope(mine, power=2),
        "needed": needed,
        "short": hinge(needed - STEP),
        "ahead": max(hinge(score) + abs(slope(score)) for score in ahead),
        "cross_entropy": math.log(sum(math.exp(score - mine) for score in scores)),
    }


def experiment(p: Parameters) -> Experiment:
    """The three images of the slide, and an image whose scores are all 0."""
    images = {"cat": (CAT, 0), "car": (CAR, 1), "frog": (FROG, 2), "untrained": ([Fraction(0)] * p.classes, 0)}
    names = ("loss", "slope", "squared", "squared_slope", "needed", "short", "ahead", "cross_entropy")
    return Experiment(
        kind="derivation",
        arms={name: partial(losses, *image, Fraction(str(p.margin))) for name, image in images.items()},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "slide_losses": Claim(lambda a: (a.cat.loss, a.car.loss, a.frog.loss) == (2.9, 0, 12.9)),
            "needs_the_margin": Claim(lambda a: (a.car.needed, a.car.short) == (3, 0.001)),
            "nothing_more_to_gain": Claim(lambda a: a.car.loss == a.car.slope == a.car.ahead == 0),
            "untrained_loss": Claim(lambda a: a.untrained.loss == p.classes - 1),
            "squared_losses": Claim(lambda a: (a.cat.squared, a.car.squared, a.frog.squared) == (8.41, 0, 83.25)),
            "slide_is_base_ten": Claim(
                lambda a: [round(a.cat.cross_entropy / math.log(base), 2) for base in (math.e, 10)] == [2.04, 0.89]
            ),
        },
    )
