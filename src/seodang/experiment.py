"""The vocabulary of an experiment: arms, metrics, claims and knobs. Nothing here trains, and nothing here imports torch.

An experiment is arms x metrics x claims. An arm makes something from a seed: a `Training` makes a trained model (`Trained`),
a plain function makes whatever it returns. A metric turns that into one number. A claim asks the numbers of one seed a
yes/no question.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from seodang.verdict import LARGEST_CAP, Answer, compare

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

KINDS = ("experiment", "derivation", "measurement", "source")
"""Evidence by running seeds, by computing exactly, by timing or counting, and by a source that can be looked up."""

P = TypeVar("P")


class ExperimentError(ValueError):
    """Something in an experiment or its parameters is wrong; the message names it, its value and the cure."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of an error about a misspelt name: the nearest known one, and all of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}there is {', '.join(names) or 'none'}"


# ---------------------------------------------------------------------------------------------------------------- knobs


@dataclass(frozen=True)
class Knob:
    """The bounds of one parameter: `low` and `high` may be reached, `above` and `below` may not."""

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def bounds(self) -> str:
        """The bounds as a person reads them: `1 .. 50`, `> 0`, `digits | mnist`."""
        if self.choices:
            return " | ".join(self.choices)
        if self.low is not None and self.high is not None:
            return f"{self.low:g} .. {self.high:g}"
        ends = ((">=", self.low), (">", self.above), ("<=", self.high), ("<", self.below))
        return ", ".join(f"{sign} {end:g}" for sign, end in ends if end is not None) or "any"

    def refuse(self, name: str, value: Any) -> None:
        """Raise ExperimentError, naming the knob, the value and the limit, unless the value is allowed."""
        if self.choices:
            if value not in self.choices:
                raise ExperimentError(f"{name}={value}: {did_you_mean(str(value), self.choices)}")
            return
        if isinstance(value, float) and not math.isfinite(value):  # an int is finite, and may be too large for a float
            raise ExperimentError(f"{name}={value}: must be a finite number, {self.bounds}")
        too_low = (self.low is not None and value < self.low) or (self.above is not None and value <= self.above)
        too_high = (self.high is not None and value > self.high) or (self.below is not None and value >= self.below)
        if too_low or too_high:
            raise ExperimentError(f"{name}={value}: must be {self.bounds}")


def knob(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of an experiment's parameters with its bounds; the learner turns it with `--set name=value`."""
    bounds = Knob(low, high, above, below, choices)
    bounds.refuse("default", default)
    return field(default=default, metadata={"knob": bounds})


def knobs(parameters: Any) -> dict[str, Knob]:
    """The knobs of a parameters class or instance, by name."""
    return {f.name: f.metadata["knob"] for f in dataclasses.fields(parameters) if "knob" in f.metadata}


def turned(parameters: P, settings: Mapping[str, str | int | float]) -> P:
    """The parameters with some knobs turned; text is read as the type of the default.

    Raises ExperimentError for an unknown knob, a value of the wrong type, or one out of bounds.
    """
    known = knobs(parameters)
    values: dict[str, Any] = {}
    for name, given in settings.items():
        if name not in known:
            raise ExperimentError(f"{name}: no such knob; {did_you_mean(name, known)}")
        values[name] = _read(name, given, type(getattr(parameters, name)), known[name])
    result: P = dataclasses.replace(parameters, **values)  # type: ignore[type-var]
    return result


def _read(name: str, given: str | int | float, wanted: type, bounds: Knob) -> Any:
    words = {"true": True, "false": False, "1": True, "0": False}
    try:
        if wanted is bool:
            value: Any = words[str(given).lower()]
        elif wanted is int:
            value = int(given) if isinstance(given, str) else _whole(given)
        else:
            value = wanted(given)
    except (ValueError, KeyError, OverflowError) as error:
        kind = {int: "a whole number", float: "a number", bool: "true or false"}.get(wanted, wanted.__name__)
        raise ExperimentError(f"{name}={given}: must be {kind}, {bounds.bounds}") from error
    bounds.refuse(name, value)
    return value


def _whole(given: float) -> int:
    if given != int(given):
        raise ValueError(given)
    return int(given)


# ----------------------------------------------------------------------------------------------------------------- arms


@dataclass(frozen=True)
class Training:
    """An arm that trains a network: everything random in it is redrawn by every seed.

    data       draws a split from a generator: (x_train, y_train, x_test, y_test), tensors whose first axis is the sample
    model      builds an ordinary nn.Module; called with torch's random state set by the seed
    loss       of (output, target) of one batch, a scalar tensor
    optimizer  builds a torch optimizer from the parameters: functools.partial(torch.optim.SGD, lr=0.1)
    steps      updates; batch: samples an update, drawn in shuffled epochs without a shorter last batch
    clip       largest norm of a replica's gradient (None: not clipped)
    """

    data: Callable[[torch.Generator], tuple[Tensor, Tensor, Tensor, Tensor]]
    model: Callable[[], nn.Module]
    loss: Callable[[Any, Tensor], Tensor]
    optimizer: Callable[..., torch.optim.Optimizer]
    steps: int
    batch: int = 64
    clip: float | None = None

    def __post_init__(self) -> None:
        for name in ("steps", "batch"):
            if getattr(self, name) < 1:
                raise ExperimentError(f"{name}={getattr(self, name)}: a training needs at least 1")
        if self.clip is not None and not self.clip > 0:
            raise ExperimentError(f"clip={self.clip}: the largest gradient norm must be > 0")


@dataclass(frozen=True)
class Trained:
    """What a metric sees of one seed of a `Training`; the models are in evaluation mode."""

    seed: int
    model: nn.Module
    initial: nn.Module
    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    loss: Callable[[Any, Tensor], Tensor]
    losses: Tensor  # (steps,) the loss of each step's batch before its update
    diverged: int | None = None
    """The first step whose loss was not finite."""

    def accuracy(self) -> float:
        """The share of test samples whose largest output is the target's class."""
        return float((self._test_outputs().argmax(-1) == self.y_test).float().mean())

    def train_accuracy(self) -> float:
        """The share of training samples, with the labels trained on, whose largest output is the target's class."""
        import torch

        with torch.no_grad():
            return float((self.model(self.x_train).argmax(-1) == self.y_train).float().mean())

    def test_loss(self) -> float:
        """The training loss function on the test set."""
        return float(self.loss(self._test_outputs(), self.y_test))

    def _test_outputs(self) -> Tensor:
        import torch

        with torch.no_grad():
            outputs: Tensor = self.model(self.x_test)
        return outputs


Arm = Training | Callable[[int], Any]
Metric = Callable[[Any], float]


# --------------------------------------------------------------------------------------------------------------- claims


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


# ----------------------------------------------------------------------------------------------------------- experiment


@dataclass(frozen=True)
class Experiment:
    """Arms, the numbers taken of each, and what is claimed of them on every seed."""

    arms: Mapping[str, Arm]
    metrics: Mapping[str, Metric]
    claims: Mapping[str, Claim]
    kind: str = "experiment"
    parameters: Any = None
    seeds: int = LARGEST_CAP
    """Seeds declared beforehand."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ExperimentError(f"kind={self.kind}: {did_you_mean(self.kind, KINDS)}")
        for what in ("arms", "metrics", "claims"):
            names = getattr(self, what)
            if not names:
                raise ExperimentError(f"{what}: an experiment needs at least one")
            for name in names:
                if not name.isidentifier() or name.startswith("_"):
                    raise ExperimentError(f"{what}: {name!r} must be a name that can follow a dot, such as 'relu'")

    @property
    def exact(self) -> bool:
        """A derivation is computed once and checked exactly; seeds have no part in it."""
        return self.kind == "derivation"
