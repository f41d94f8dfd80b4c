"""Who takes part, and what each is asked for. A contender's library is imported only when it is its turn."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.nets import Dense

Losses = NDArray[np.floating]


class Contender(ABC):
    """One way of training all replicas of a case; building it is part of its start-up."""

    def __init__(self, case: Case, seeds: Sequence[int], device: str = "cpu") -> None:
        self.case = case
        self.seeds = seeds
        self.device = device

    @abstractmethod
    def advance(self, steps: int) -> Losses:
        """Train every replica for some more steps; (replicas, steps) the loss of each step's batch before its update."""

    def whole(self, steps: int) -> Losses:
        """Train from the beginning to the end, as one who runs an experiment does."""
        return self.advance(steps)

    def close(self) -> None:  # noqa: B027 (most hold nothing)
        """Give back what it holds."""


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def installed(package: str) -> bool:
    """Whether a package could be imported; it is not."""
    return find_spec(package) is not None


def _always(_case: Case, _device: str) -> bool:
    return True


def _on_processor(_case: Case, device: str) -> bool:
    return device == "cpu"


def _a_classifier(case: Case, device: str) -> bool:
    """What scikit-learn's MLPClassifier can do."""
    return device == "cpu" and isinstance(case.net, Dense) and case.net.classifies


def _with_jax(_case: Case, device: str) -> bool:
    plugins = ("jax_cuda12_plugin", "jax_cuda13_plugin")
    return installed("jax") and (device == "cpu" or any(installed(plugin) for plugin in plugins))


def _with_jax_threads(case: Case, device: str) -> bool:
    return _with_jax(case, device) and device == "cpu" and min(cores(), case.replicas) > 1


@dataclass(frozen=True)
class Kind:
    """A contender by name: what it is, the class that does it, and whether it can do a case on a device."""

    name: str
    said: str
    made: str
    can: Callable[[Case, str], bool] = _always

    def load(self) -> type[Contender]:
        """The class, its library imported."""
        module, name = self.made.split(".")
        found: type[Contender] = getattr(import_module(f"benchmarks.{module}"), name)
        return found


LOOP, SEODANG, JAX_THREADS = "plain loop", "seodang", "JAX, a thread a core"
KINDS = (
    Kind(
        LOOP,
        "one replica after another on one thread, batches drawn by index: `training/loop.py`, the engine's oracle",
        "with_torch.PlainLoop",
    ),
    Kind(
        "DataLoader loop",
        "what a learner writes: a shuffled `DataLoader` and `loss.item()`, with the threads that torch takes by itself",
        "with_torch.LoaderLoop",
    ),
    Kind(
        "loop, 2 processes",
        "the plain loop with half of the replicas in each of two processes",
        "with_torch.TwoProcesses",
        _on_processor,
    ),
    Kind(
        "scikit-learn",
        "`MLPClassifier` with the same layers, batch and Adam, one after another, where it can do the work",
        "with_sklearn.ScikitLearn",
        _a_classifier,
    ),
    Kind(
        "torch.func stack",
        "parameters stacked and the gradient vmapped, as in PyTorch's tutorial on ensembling",
        "with_func.Ensembling",
    ),
    Kind(
        "JAX",
        "vmap, jit and scan, batches gathered inside the scan; XLA's thread pool has the cores that the others have. "
        "Convolutions are written as products of patches, one replica after another: its fastest form on a processor",
        "with_jax.Jax",
        _with_jax,
    ),
    Kind(
        JAX_THREADS,
        "the same, replicas shared out to as many Python threads as there are cores, which suits small products better",
        "with_jax.JaxThreads",
        _with_jax_threads,
    ),
    Kind(SEODANG, "`seodang.training`: the strategy and the threads it chooses by itself", "engine.Seodang"),
)


def able(case: Case, device: str = "cpu", names: Sequence[str] = ()) -> list[Kind]:
    """The contenders that can do this case here, in the order of the table; of these names only where some are given."""
    return [kind for kind in KINDS if kind.can(case, device) and (not names or kind.name in names)]
