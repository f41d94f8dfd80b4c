"""Library use, from a notebook or a script: an experiment of one's own, live to its verdict (docs/your_own_experiment.md).

And two looks at a training program of one's own: `checkup` for faults, `profiled` for where a step's time goes.
"""

from seodang.notebook.checking import Checkup, checkup
from seodang.notebook.pipeline import Pipeline, profiled
from seodang.notebook.result import Result
from seodang.notebook.running import run

__all__ = ["Checkup", "Pipeline", "Result", "checkup", "profiled", "run"]
