"""The parameters of an experiment that a learner may turn, with their bounds; and how its errors read."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

P = TypeVar("P")


class ExperimentError(ValueError):
    """Something in an experiment or its parameters is wrong; the message names it, its value and the cure."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of an error about a misspelt name: the nearest known one, and all of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}there is {', '.join(names) or 'none'}"


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
