"""What an experiment would cost, from the meta device: nothing is allocated, nothing is trained."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from seodang.experiment import Experiment, ExperimentError, Training
from seodang.training.dropout import begin
from seodang.training.replica import Replica

FLOAT = 4
STATE = 4
"""Copies of the parameters while training: the weights, their gradients and two moments of the optimizer (Adam)."""


@dataclass(frozen=True)
class Cost:
    """Of the dearest arm: parameters of one replica, floating-point operations of one seed, bytes of one seed."""

    parameters: int
    flops: float
    memory: float


@dataclass(frozen=True)
class Budget:
    """The most one seed of an experiment may take before it is refused."""

    parameters: int = 50_000_000
    flops: float = 2e14
    """About an hour and a half on one processor core at 40 GFLOP/s."""
    memory: float = 0.0
    """Bytes; 0 for a quarter of this machine's."""

    @property
    def bytes(self) -> float:
        return self.memory or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 4


def cost(training: Training) -> Cost:
    """The cost of one seed: 3 x the forward pass a step (the backward pass takes two), and the tensors alive at its end."""
    replica = Replica(training, 0, torch.device("meta"))
    batch = replica.any_batch()
    parameters = sum(parameter.numel() for parameter in replica.model.parameters())
    saved: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        saved[id(tensor)] = tensor.numel() * tensor.element_size()
        return tensor

    counter = FlopCounterMode(display=False)
    with counter, torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        for number, turn in enumerate(training.players):
            begin(replica.model, number)
            turn.objective(replica.model, batch)
    samples = replica.x_train.numel() * replica.x_train.element_size()
    memory = parameters * FLOAT * STATE + sum(saved.values()) + samples
    return Cost(parameters, 3.0 * counter.get_total_flops() * training.accumulate * training.steps, memory)


def refuse_if_too_dear(experiment: Experiment, turned: Mapping[str, Any], budget: Budget = Budget()) -> None:
    """Raise ExperimentError, naming the turned knobs and the limit, before anything is allocated."""
    knobs = ", ".join(f"{name}={value}" for name, value in turned.items()) or "this experiment"
    for arm, training in experiment.arms.items():
        if not isinstance(training, Training):
            continue
        need = cost(training)
        for name, value, limit, unit in (
            ("a model of", need.parameters, budget.parameters, "parameters"),
            ("memory of", need.memory / 1e9, budget.bytes / 1e9, "GB a seed"),
            ("work of", need.flops / 1e12, budget.flops / 1e12, "TFLOP a seed"),
        ):
            if value > limit:
                raise ExperimentError(
                    f"{knobs}: arm {arm} would need {name} {_read(value)} {unit}, the limit is {_read(limit)}; turn it down"
                )


def _read(value: float) -> str:
    """A number as a person reads it: 822,591,498 or 0.0123."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
