"""From a question's file to its experiment, with the learner's knobs turned."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from seodang.experiment import Experiment, ExperimentError, knobs, turned


def load(path: Path, settings: Mapping[str, str | int | float] | None = None) -> Experiment:
    """The experiment of a question's .py file. Importing it does no work; building it makes no tensors.

    Raises ExperimentError when the file defines no experiment, or a setting names no knob or is out of bounds.
    """
    module = _module(path)
    build = getattr(module, "experiment", None)
    if build is None:
        raise ExperimentError(f"{path}: defines no function `experiment`; CONTRIBUTING.md shows one")
    if not hasattr(module, "Parameters"):
        if settings:
            raise ExperimentError(f"{next(iter(settings))}: this experiment has no knobs")
        return _checked(build(), path)
    parameters = turned(module.Parameters(), settings or {})
    return dataclasses.replace(_checked(build(parameters), path), parameters=parameters)


def parameters_of(experiment: Experiment) -> dict[str, int | float | str]:
    """The knobs of an experiment and what they are set to."""
    if experiment.parameters is None:
        return {}
    return {name: getattr(experiment.parameters, name) for name in knobs(experiment.parameters)}


def _module(path: Path) -> ModuleType:
    """The file executed as it is now: compiled anew, so that what runs is always what is hashed, never an older import."""
    if not path.is_file():
        raise ExperimentError(f"{path}: there is no such experiment")
    module = ModuleType(f"seodang.book.{path.parent.name}.{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses look their own module up while it is executed
    try:
        exec(compile(path.read_bytes(), str(path), "exec", dont_inherit=True), module.__dict__)
    except BaseException:
        del sys.modules[module.__name__]
        raise
    return module


def _checked(experiment: object, path: Path) -> Experiment:
    if not isinstance(experiment, Experiment):
        raise ExperimentError(f"{path}: `experiment` returned {type(experiment).__name__}, not an Experiment")
    return experiment
