"""What is claimed of an experiment: a yes/no sentence about the numbers of one seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from seodang.experiment.knobs import ExperimentError, did_you_mean
from seodang.verdict import Answer, compare


class Numbers:
    """The metrics of one arm on one seed, by attribute: `arm.accuracy`."""

    def __init__(self, arm: str, numbers: Mapping[str, float]) -> None:
        self._arm = arm
        self._numbers = numbers

    def __getattr__(self, metric: str) -> float:
        try:
            return self._numbers[metric]
        except KeyError:
            raise ExperimentError(f"{self._arm}.{metric}: no such metric; {did_you_mean(metric, self._numbers)}") from None


class Arms:
    """The arms of one seed, by attribute: `arms.relu.accuracy`."""

    def __init__(self, numbers: Mapping[str, Mapping[str, float]]) -> None:
        self._numbers = numbers

    def __getattr__(self, arm: str) -> Numbers:
        try:
            return Numbers(arm, self._numbers[arm])
        except KeyError:
            raise ExperimentError(f"arms.{arm}: no such arm; {did_you_mean(arm, self._numbers)}") from None


@dataclass(frozen=True)
class Claim:
    """A yes/no sentence about one seed.

    `of` is asked with the arms of one seed. With `above` (or `below`) it returns a quantity and the answer is yes when the
    quantity is larger (smaller), a tie when it is equal; without, it answers itself: True, False, or None for a tie.
    `diverged` is the answer, fixed beforehand, of a seed whose quantity is not finite, or not computable (a division by 0).
    """

    of: Callable[[Arms], float | bool | None]
    above: float | None = None
    below: float | None = None
    diverged: Answer = False

    def __post_init__(self) -> None:
        if self.above is not None and self.below is not None:
            raise ExperimentError("a claim has a threshold above or below, not both; write a range as a distance below")

    @property
    def measured(self) -> bool:
        """Whether the claim compares a quantity with a threshold."""
        return self.above is not None or self.below is not None

    def value(self, arms: Arms) -> float | None:
        """The quantity on one seed; None for a claim that answers itself."""
        return self._quantity(arms) if self.measured else None

    def answer(self, arms: Arms) -> Answer:
        if self.measured:
            return self.answer_of(self._quantity(arms))
        try:
            said = self.of(arms)
        except ArithmeticError:
            return self.diverged
        return None if said is None else bool(said)

    def _quantity(self, arms: Arms) -> float:
        try:
            quantity = self.of(arms)
        except ArithmeticError:
            return math.nan
        if quantity is None:
            raise ExperimentError("a claim with a threshold must return a number, not None")
        return float(quantity)

    def answer_of(self, value: float) -> Answer:
        """The answer a quantity gives; the same rule in a run and when evidence is read back."""
        return compare(value, self.above, self.below, self.diverged)
