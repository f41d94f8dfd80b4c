"""Learning rates that change along the training: the factor by which the first rate is multiplied at each step."""

from __future__ import annotations

import math


def cosine(step: int, steps: int) -> float:
    """From 1 to 0 along half a cosine: Loshchilov & Hutter 2017, "SGDR", equation 5 without restarts, smallest rate 0."""
    return (1 + math.cos(math.pi * step / steps)) / 2


def staircase(step: int, every: int, factor: float = 0.1) -> float:
    """Multiplied by `factor` after every so many steps (He et al. 2016, section 3.4, divide by 10)."""
    return factor ** (step // every)


def warm_up(step: int, steps: int) -> float:
    """From 1 / steps to 1 in equal steps: Goyal et al. 2017, "Accurate, large minibatch SGD", section 2.2."""
    return min(1.0, (step + 1) / steps)


def triangle(step: int, steps: int, lowest: float = 0.0) -> float:
    """Up from `lowest` to 1 in `steps` steps and down again, over and over: Smith 2017, "Cyclical learning rates"."""
    return lowest + (1 - lowest) * (1 - abs(step % (2 * steps) - steps) / steps)
