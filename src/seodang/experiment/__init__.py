"""The vocabulary of an experiment: arms, metrics, claims and knobs. Nothing here trains, and nothing here imports torch.

An experiment is arms x metrics x claims. An arm makes something from a seed: a `Training` makes a trained model (`Trained`),
a plain function makes whatever it returns. A metric turns that into one number. A claim asks the numbers of one seed a
yes/no question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from seodang.experiment.arms import Batch, EarlyStopping, History, Supervised, Trained, Training, Turn
from seodang.experiment.claims import Arms, Claim, Numbers
from seodang.experiment.knobs import ExperimentError, Knob, did_you_mean, knob, knobs, turned
from seodang.verdict import LARGEST_CAP

KINDS = ("experiment", "derivation", "measurement", "source")
"""Evidence by running seeds, by computing exactly, by timing or counting, and by a source that can be looked up."""

Arm = Training | Callable[[int], Any]
Metric = Callable[[Any], float]


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


__all__ = [
    "KINDS",
    "Arm",
    "Arms",
    "Batch",
    "Claim",
    "EarlyStopping",
    "Experiment",
    "ExperimentError",
    "History",
    "Knob",
    "Metric",
    "Numbers",
    "Supervised",
    "Trained",
    "Training",
    "Turn",
    "did_you_mean",
    "knob",
    "knobs",
    "turned",
]
