"""`checkup`: whether a training program of one's own has one of the faults that are made most often.

A wrong program mostly trains, only worse, and no error is raised. Each check asks one thing that holds of every right
program and that some fault breaks, on copies, in a second or two. Karpathy 2019, "A recipe for training neural networks";
Zhang, Chen, Cheung, Xiong & Zhang 2018, "An empirical study on TensorFlow program bugs".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seodang.experiment import ExperimentError
from seodang.locale import Language, preferred
from seodang.notebook import data_checks, network_checks, training_checks
from seodang.notebook.program import FEW, Finding, Loss, Predict, Program, Step, plain_predict, plain_step
from seodang.notebook.result import in_language

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

CHECKS: tuple[Callable[[Program], Finding], ...] = (
    *(data_checks.inputs, data_checks.same_kind, data_checks.labels, data_checks.leak),
    *(network_checks.start, network_checks.softmax_once, network_checks.apart, network_checks.gradient, network_checks.dead),
    *(training_checks.left_over, training_checks.moving, training_checks.step_size),
    *(training_checks.mode, training_checks.prediction, training_checks.by_heart),
)


@dataclass(frozen=True)
class Checkup:
    """What was found, in the order in which one should look."""

    findings: tuple[Finding, ...]
    language: Language = "en"

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What is wrong; empty where nothing was found."""
        return tuple(finding for finding in self.findings if finding.ok is False)

    def __str__(self) -> str:
        return in_language(self.language, lambda: "\n".join(map(str, self.findings)))

    __repr__ = __str__


def checkup(
    model: nn.Module,
    loss: Loss,
    optimizer: torch.optim.Optimizer,
    data: tuple[Tensor, Tensor, Tensor, Tensor],
    *,
    step: Step | None = None,
    predict: Predict | None = None,
    batch: int = 64,
    language: Language | None = None,
) -> Checkup:
    """Look for faults in a program that is about to be trained; nothing given is changed.

    model      the untrained network
    loss       of outputs and targets, one number
    optimizer  over the model's parameters
    data       x_train, y_train, x_test, y_test, the first axis of each the example; where the model is
    step       your own `step(model, optimizer, x, y)`, if you have one: zero_grad, backward and step are in it
    predict    your own `predict(model, x)`, the outputs by which you evaluate
    batch      examples a step
    language   "en" or "ko"; otherwise the user's

    Raises ExperimentError for data that do not fit together; what the model itself raises stays as it is.
    """
    _check(data, batch)
    program = Program(model, loss, optimizer, *data, step or plain_step(loss), predict or plain_predict, batch)
    spoken = language or preferred()
    return Checkup(tuple(in_language(spoken, _done, check, program) for check in CHECKS), spoken)


def _done(check: Callable[[Program], Finding], program: Program) -> Finding:
    """The same each time, and whatever is drawn elsewhere stays as it is."""
    import torch

    device = program.x.device
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(0)
        return check(program)


def _check(data: tuple[Tensor, Tensor, Tensor, Tensor], batch: int) -> None:
    if len(data) != 4:
        raise ExperimentError(f"data: {len(data)} things; give x_train, y_train, x_test, y_test")
    for what, x, y in (("train", *data[:2]), ("test", *data[2:])):
        if len(x) != len(y):
            raise ExperimentError(f"data: {len(x)} examples in x_{what} and {len(y)} targets in y_{what}; there is one each")
        if len(x) < FEW:
            raise ExperimentError(f"data: {len(x)} examples in x_{what}; checkup takes {FEW} or more")
    if batch < 1:
        raise ExperimentError(f"batch={batch}: must be at least 1")
