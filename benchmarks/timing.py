"""How long a step and the first step take, contenders taking turns."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.cases import Case
from benchmarks.contenders import Kind, able
from benchmarks.hosted import Hosted

ENOUGH = 0.3
"""Seconds a round of one contender should take: the fast ones take more steps than the case asks for."""


@dataclass
class Timed:
    """Of one contender on one case: seconds until its first step was done, and ms a step of all replicas, one a round."""

    first: float
    rounds: list[float] = field(default_factory=list)

    @property
    def step(self) -> float:
        """The median over the rounds, ms."""
        return statistics.median(self.rounds)

    @property
    def spread(self) -> float:
        """Half the distance of the slowest round from the fastest, as a share of the median."""
        return (max(self.rounds) - min(self.rounds)) / 2 / self.step


def timed(case: Case, rounds: int, device: str = "cpu", names: Sequence[str] = ()) -> dict[str, Timed]:
    """Every contender that can do the case (of these names, where some are given), by name.

    The first step is counted from building the replicas, libraries imported, and so holds capture or compilation. In a
    round each contender in turn takes `case.steps` steps, or as many more as fill some tenths of a second: a slow minute of
    the machine is everyone's. Each has taken as many before its first round.
    """
    running: dict[str, Hosted] = {}
    found: dict[str, Timed] = {}
    steps: dict[str, int] = {}
    try:
        for kind in able(case, device, names):
            running[kind.name] = Hosted(kind, device)
            found[kind.name] = Timed(running[kind.name].build(case) + running[kind.name].advance(1))
            steps[kind.name] = _enough(running[kind.name], case.steps)
        for _ in range(rounds):
            for name, contender in running.items():
                found[name].rounds.append(contender.advance(steps[name]) / steps[name] * 1e3)
    finally:
        for contender in running.values():
            contender.close()
    return found


def _enough(contender: Hosted, steps: int) -> int:
    """How many steps a round has; they have been taken once (JAX compiles for every number of steps anew)."""
    contender.advance(steps)
    enough = max(steps, math.ceil(steps * ENOUGH / contender.advance(steps)))
    contender.advance(enough)
    return enough


def to_the_end(case: Case, kind: Kind, rounds: int) -> float:
    """Median seconds from the call to the end of `case.steps` steps, each in a new process that has only imported."""
    seconds = []
    for _ in range(rounds):
        contender = Hosted(kind)
        seconds.append(contender.whole(case))
        contender.close()
    return statistics.median(seconds)
