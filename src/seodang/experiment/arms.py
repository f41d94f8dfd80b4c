"""An arm that trains a network, and what a metric sees of it once it is trained."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from seodang.experiment.knobs import ExperimentError, did_you_mean

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


class Batch(NamedTuple):
    """What one step is given: (batch, ...) inputs and targets, and the noise drawn for it, if any."""

    x: Tensor
    y: Tensor
    noise: Any = None


@dataclass(frozen=True)
class Turn:
    """One player's update within a step: an objective of the model and a batch, lowered over a part of the parameters.

    objective  of (model, batch), a scalar tensor
    optimizer  builds a torch optimizer from the parameters
    of         the submodules whose parameters are updated, by name ("discriminator"); all others are frozen meanwhile.
               Empty: all parameters
    """

    objective: Callable[[Any, Batch], Tensor]
    optimizer: Callable[..., torch.optim.Optimizer]
    of: str | tuple[str, ...] = ()

    def updates(self, parameter: str) -> bool:
        """Whether a parameter of this name is updated."""
        return not self.parts or any(parameter == part or parameter.startswith(f"{part}.") for part in self.parts)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of `of`."""
        return (self.of,) if isinstance(self.of, str) else self.of

    def refuse_unknown_parts(self, parameters: Collection[str]) -> None:
        """Raise ExperimentError where a part has none of the model's parameters."""
        for part in self.parts:
            if not any(name == part or name.startswith(f"{part}.") for name in parameters):
                parts = dict.fromkeys(name.partition(".")[0] for name in parameters)
                raise ExperimentError(f"of={part}: the model has no such part; {did_you_mean(part, parts)}")


@dataclass(frozen=True)
class EarlyStopping:
    """Stop a replica whose validation loss has not improved for `patience` looks (Prechelt 1998).

    every       steps between two looks
    patience    looks without improvement before the replica is stopped: its parameters stay as they are
    validation  the share of the training set that is set aside for looking, drawn by the seed; it is not trained on
    best        go back to the parameters of the best look
    """

    every: int
    patience: int = 3
    validation: float = 0.2
    best: bool = True

    def __post_init__(self) -> None:
        for name in ("every", "patience"):
            if getattr(self, name) < 1:
                raise ExperimentError(f"{name}={getattr(self, name)}: early stopping needs at least 1")
        if not 0 < self.validation < 1:
            raise ExperimentError(f"validation={self.validation}: the share set aside must be between 0 and 1")


@dataclass(frozen=True, kw_only=True)
class Training:
    """An arm that trains a network: everything random in it is redrawn by every seed.

    data        draws a split from a generator: (x_train, y_train, x_test, y_test), tensors whose first axis is the sample
    model       builds an ordinary nn.Module; called with torch's random state set by the seed
    loss        of (output, target) of one batch, a scalar tensor
    optimizer   builds a torch optimizer from the parameters: functools.partial(torch.optim.SGD, lr=0.1)
    turns       in place of loss and optimizer: several updates a step, each of its own part of the model (a GAN)
    steps       updates; batch: samples an update, drawn in shuffled epochs without a shorter last batch
    clip        largest norm of a replica's gradient (None: not clipped)
    schedule    builds a torch learning-rate scheduler from an optimizer; it is stepped after every update
    accumulate  batches whose mean gradient makes one update
    noise       draws what an objective needs beside the data (a generator's latent vectors): of (samples, generator)
    every       steps between two looks at loss, accuracy, gradient norms and activations along the way (0: none)
    stopping    early stopping of each replica by itself
    """

    data: Callable[[torch.Generator], tuple[Tensor, Tensor, Tensor, Tensor]]
    model: Callable[[], nn.Module]
    loss: Callable[[Any, Tensor], Tensor] | None = None
    optimizer: Callable[..., torch.optim.Optimizer] | None = None
    turns: tuple[Turn, ...] = ()
    steps: int
    batch: int = 64
    clip: float | None = None
    schedule: Callable[[torch.optim.Optimizer], torch.optim.lr_scheduler.LRScheduler] | None = None
    accumulate: int = 1
    noise: Callable[[int, torch.Generator], Tensor] | None = None
    every: int = 0
    stopping: EarlyStopping | None = None

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "accumulate"):
            if getattr(self, name) < 1:
                raise ExperimentError(f"{name}={getattr(self, name)}: a training needs at least 1")
        if self.every < 0:
            raise ExperimentError(f"every={self.every}: steps between two looks, or 0 for none")
        if self.clip is not None and not self.clip > 0:
            raise ExperimentError(f"clip={self.clip}: the largest gradient norm must be > 0")
        if bool(self.turns) == (self.loss is not None or self.optimizer is not None):
            raise ExperimentError("loss and optimizer, or turns: a training needs the one or the other")
        if not self.turns and (self.loss is None or self.optimizer is None):
            raise ExperimentError(f"{'loss' if self.loss is None else 'optimizer'}: a training without turns needs it")
        if self.stopping is not None and self.loss is None:
            raise ExperimentError("stopping: early stopping looks at a validation loss, and turns have none; use steps")

    @property
    def players(self) -> tuple[Turn, ...]:
        """The updates of a step, in order: the turns, or the one that lowers the loss."""
        if self.turns:
            return self.turns
        assert self.loss is not None
        assert self.optimizer is not None
        return (Turn(Supervised(self.loss), self.optimizer),)


@dataclass(frozen=True)
class Supervised:
    """The objective of a loss: the model's outputs against the targets."""

    loss: Callable[[Any, Tensor], Tensor]

    def __call__(self, model: Callable[[Tensor], Any], batch: Batch) -> Tensor:
        return self.loss(model(batch.x), batch.y)


@dataclass(frozen=True)
class History:
    """One replica along its training: one number a look, in the order of `steps`.

    gradient_norms  by layer with parameters of its own, the Euclidean norm of its gradient in the step before the look
    activations     by layer, what its outputs on test samples are: their `mean`, their `std`, and the share of `zeros`
    """

    steps: tuple[int, ...] = ()
    test_loss: tuple[float, ...] = ()
    test_accuracy: tuple[float, ...] = ()
    gradient_norms: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    activations: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Trained:
    """What a metric sees of one seed of a `Training`; the models are in evaluation mode."""

    seed: int
    model: nn.Module
    initial: nn.Module
    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    loss: Callable[[Any, Tensor], Tensor] | None
    losses: Tensor  # (steps,) the loss of each step's batch before its update; (steps, turns) where there are turns
    diverged: int | None = None
    """The first step whose loss was not finite."""
    stopped: int | None = None
    """The step after which early stopping froze the parameters; the losses end there."""
    history: History = History()

    def accuracy(self) -> float:
        """The share of test samples whose largest output is the target's class."""
        return float((self._test_outputs().argmax(-1) == self.y_test).float().mean())

    def train_accuracy(self) -> float:
        """The share of training samples, with the labels trained on, whose largest output is the target's class."""
        import torch

        with torch.no_grad():
            return float((self.model(self.x_train).argmax(-1) == self.y_train).float().mean())

    def test_loss(self) -> float:
        """The training loss function on the test set."""
        if self.loss is None:
            raise ExperimentError("test_loss: a training of turns has no loss of its own; measure its model instead")
        return float(self.loss(self._test_outputs(), self.y_test))

    def _test_outputs(self) -> Tensor:
        import torch

        with torch.no_grad():
            outputs: Tensor = self.model(self.x_test)
        return outputs
