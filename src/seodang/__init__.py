"""Seodang: a school for deep learning in which every answer is an experiment.

For a notebook or a script: `from seodang import Claim, Experiment, Trained, Training, run` (docs/your_own_experiment.md).
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seodang.experiment import (
        Batch,
        Claim,
        EarlyStopping,
        Experiment,
        ExperimentError,
        Trained,
        Training,
        Turn,
    )
    from seodang.figures import Labels
    from seodang.notebook import Checkup, Pipeline, Result, checkup, profiled, run

__version__ = version("seodang")

_ROOMS = {
    **dict.fromkeys(
        ("Batch", "Claim", "EarlyStopping", "Experiment", "ExperimentError", "Trained", "Training", "Turn"), "experiment"
    ),
    "Labels": "figures",
    **dict.fromkeys(("Checkup", "Pipeline", "Result", "checkup", "profiled", "run"), "notebook"),
}
"""Where each name is. A room is imported when a name of it is first asked for: `import seodang` takes milliseconds."""


if not TYPE_CHECKING:  # to a type checker every misspelt name would be there

    def __getattr__(name: str) -> Any:
        if name not in _ROOMS:
            raise AttributeError(f"module 'seodang' has no attribute {name!r}")
        return getattr(import_module(f"seodang.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS])


__all__ = [
    "Batch",
    "Checkup",
    "Claim",
    "EarlyStopping",
    "Experiment",
    "ExperimentError",
    "Labels",
    "Pipeline",
    "Result",
    "Trained",
    "Training",
    "Turn",
    "__version__",
    "checkup",
    "profiled",
    "run",
]
