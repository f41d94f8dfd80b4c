"""Library use: an experiment of one's own from a notebook or a script, live to its verdict (docs/your_own_experiment.md)."""

from seodang.notebook.result import Result
from seodang.notebook.running import run

__all__ = ["Result", "run"]
