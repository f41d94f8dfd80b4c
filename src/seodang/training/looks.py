"""Looks at one replica along its training: its history, and whether early stopping ends it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from seodang.experiment import History
from seodang.training.replica import Replica

AT_ONCE = 1024
"""Samples a model is given at once, so that looking never needs more memory than training."""
PROBED = 256
"""Test samples whose activations are looked at: their mean, spread and share of noughts do not need more."""


class Looks:
    """What is seen of one replica, and when."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.training = replica.training
        self.stopped: int | None = None
        self._best = math.inf
        self._waited = 0
        self._kept: dict[str, Tensor] | None = None
        self._seen: list[tuple[int, float, float, dict[str, float], dict[str, dict[str, float]]]] = []

    def next_after(self, step: int) -> int:
        """The step of the next look, the last step at the latest."""
        rhythms = [self.training.every, self.training.stopping.every if self.training.stopping else 0]
        return min([self.training.steps, *((step // every + 1) * every for every in rhythms if every)])

    def due(self, step: int) -> bool:
        """Whether there is something to look at after this step."""
        stopping = self.training.stopping
        return self.stopped is None and (
            self._history_due(step) or (stopping is not None and (step % stopping.every == 0 or step == self.training.steps))
        )

    def _history_due(self, step: int) -> bool:
        every = self.training.every
        return bool(every) and (step % every == 0 or step == self.training.steps)

    def take(self, step: int, gradients: Mapping[str, Tensor]) -> bool:
        """Look, after a step at which a look is due; whether early stopping has just ended the replica."""
        stopping, last = self.training.stopping, step == self.training.steps
        if self._history_due(step):
            self._seen.append((step, *self._tested(), gradient_norms(self.replica.model, gradients), self._activations()))
        if stopping is None:
            return False
        if step % stopping.every == 0:
            self._validate()
        over = self._waited >= stopping.patience and not last
        if over:
            self.stopped = step
        if (over or last) and self._kept is not None:
            self.replica.take(self._kept)
        return over

    @property
    def history(self) -> History:
        if not self._seen:
            return History()
        steps, losses, accuracies, norms, activations = zip(*self._seen, strict=True)
        return History(
            steps=steps,
            test_loss=losses,
            test_accuracy=accuracies,
            gradient_norms={layer: tuple(one[layer] for one in norms) for layer in norms[0]},
            activations={
                layer: {what: tuple(one[layer][what] for one in activations) for what in whats}
                for layer, whats in activations[0].items()
            },
        )

    def _validate(self) -> None:
        loss, _ = _evaluated(self.replica, self.replica.x_validation, self.replica.y_validation)
        if loss < self._best:
            self._best, self._waited = loss, 0
            if self.training.stopping is not None and self.training.stopping.best:
                self._kept = {name: value.clone() for name, value in self.replica.model.state_dict().items()}
        else:
            self._waited += 1

    def _tested(self) -> tuple[float, float]:
        if self.training.loss is None:
            return math.nan, math.nan
        return _evaluated(self.replica, self.replica.x_test, self.replica.y_test)

    def _activations(self) -> dict[str, dict[str, float]]:
        """Of the output of every layer without parts, on some test samples; of turns, which call what they like, none."""
        if self.training.loss is None:
            return {}
        return activation_statistics(self.replica.model, self.replica.x_test[:PROBED])


def gradient_norms(model: nn.Module, gradients: Mapping[str, Tensor]) -> dict[str, float]:
    """The norm of the gradient of each layer that has parameters of its own."""
    layers: dict[str, list[Tensor]] = {}
    for name, _ in model.named_parameters():
        if name in gradients:
            layers.setdefault(name.rpartition(".")[0], []).append(gradients[name])
    return {layer: math.sqrt(sum(float(part.square().sum()) for part in parts)) for layer, parts in layers.items()}


def activation_statistics(model: nn.Module, x: Tensor) -> dict[str, dict[str, float]]:
    """Mean, standard deviation and share of noughts of what every layer without parts puts out, in evaluation mode."""
    seen: dict[str, dict[str, float]] = {}

    def note(layer: str, made: object) -> None:
        if isinstance(made, Tensor) and made.is_floating_point() and made.numel() > 1:
            spread, mean = torch.std_mean(made)
            zeros = 1.0 - float(made.count_nonzero()) / made.numel()
            seen[layer] = {"mean": float(mean), "std": float(spread), "zeros": zeros}

    layers = [(name, module) for name, module in model.named_modules() if not list(module.children())]
    hooks = [
        module.register_forward_hook(lambda module, given, made, name=name: note(name, made))  # noqa: ARG005
        for name, module in layers
    ]
    try:
        model.eval()
        with torch.no_grad():
            model(x)
    finally:
        model.train()
        for hook in hooks:
            hook.remove()
    return seen


def _evaluated(replica: Replica, x: Tensor, y: Tensor) -> tuple[float, float]:
    """The loss, and the share whose largest output is the target's class (NaN where targets are no classes)."""
    model, loss = replica.model.eval(), replica.training.loss
    assert loss is not None
    total, right = 0.0, 0.0
    try:
        with torch.no_grad():
            for some, targets in zip(torch.split(x, AT_ONCE), torch.split(y, AT_ONCE), strict=True):
                outputs = model(some)
                total += float(loss(outputs, targets)) * len(some)
                right += _right(outputs, targets)
    finally:
        model.train()
    return total / len(x), right / len(x)


def _right(outputs: object, targets: Tensor) -> float:
    """How many samples have their largest output at the target's class; of sequences of classes, the mean share each."""
    if not isinstance(outputs, Tensor) or targets.is_floating_point() or outputs.shape[:-1] != targets.shape:
        return math.nan
    right = (outputs.argmax(-1) == targets).float()
    return float(right.view(len(right), -1).mean(1).sum())
