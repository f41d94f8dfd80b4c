"""A training program as `checkup` is given it: a network, a loss, an optimizer, data, a step and a way to predict."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seodang.experiment import ExperimentError
from seodang.locale import _

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

Loss = Callable[["Tensor", "Tensor"], "Tensor"]
Step = Callable[["nn.Module", "torch.optim.Optimizer", "Tensor", "Tensor"], Any]
Predict = Callable[["nn.Module", "Tensor"], "Tensor"]

MANY, FEW, TEN = 512, 16, 10
"""Examples for what is taken over many, what needs only a few, and what is to be learnt by heart."""


@dataclass(frozen=True)
class Finding:
    """What one check found: right, wrong, or (None) that it had nothing to look at; and that in words."""

    check: str
    ok: bool | None
    told: str

    def __str__(self) -> str:
        mark = {True: "✓", False: "✗", None: "·"}[self.ok]
        return f"{mark} {titles()[self.check]}: {self.told}"


def titles() -> dict[str, str]:
    """What each check is called, in the language spoken."""
    return {
        "inputs": _("inputs"),
        "test inputs": _("test inputs"),
        "labels": _("labels"),
        "leak": _("leak"),
        "first loss": _("first loss"),
        "softmax": _("softmax"),
        "axes": _("axes"),
        "gradient": _("gradient"),
        "dead units": _("dead units"),
        "cleared gradients": _("cleared gradients"),
        "trained parameters": _("trained parameters"),
        "step size": _("step size"),
        "training mode": _("training mode"),
        "prediction": _("prediction"),
        "by heart": _("by heart"),
    }


@dataclass(frozen=True)
class Program:
    """What is checked. Nothing of it is changed: checks that train do so on copies."""

    model: nn.Module
    loss: Loss
    optimizer: torch.optim.Optimizer
    x: Tensor  # (n, ...)
    y: Tensor  # (n,) classes, or targets of any shape
    x_test: Tensor  # (m, ...)
    y_test: Tensor
    step: Step
    predict: Predict
    batch: int

    def copied(self) -> tuple[nn.Module, torch.optim.Optimizer]:
        """The network and the optimizer, which holds the copy's parameters."""
        model, optimizer = copy.deepcopy((self.model, self.optimizer))
        return model.train(), optimizer

    def batches(self, n: int) -> list[tuple[Tensor, Tensor]]:
        """The first n batches, from the beginning again where the data are few."""
        starts = [k * self.batch % max(1, len(self.x) - self.batch + 1) for k in range(n)]
        return [(self.x[k : k + self.batch], self.y[k : k + self.batch]) for k in starts]

    def outputs(self, n: int) -> Tensor:
        """What the untrained network makes of the first n training examples, in evaluation mode, with its graph."""
        out = copy.deepcopy(self.model).eval()(self.x[:n])
        if not hasattr(out, "requires_grad"):
            raise ExperimentError(f"model: returns a {type(out).__name__}, and checkup reads a tensor; wrap it in a module")
        return out  # type: ignore[no-any-return]

    @property
    def classifies(self) -> bool:
        """Whether the targets are classes: whole numbers, one an example."""
        return self.y.dim() == 1 and not self.y.is_floating_point() and not self.y.is_complex()


def plain_step(loss: Loss) -> Step:
    """The step of every tutorial."""

    def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> None:
        model.train()
        optimizer.zero_grad()
        loss(model(x), y).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step


def plain_predict(model: nn.Module, x: Tensor) -> Tensor:
    """In evaluation mode and without a graph."""
    import torch

    with torch.no_grad():
        out: Tensor = model.eval()(x)
    return out
