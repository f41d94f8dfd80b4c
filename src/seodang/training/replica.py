"""One replica: one seed of one training, with everything random in it drawn from generators of its own."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from seodang.experiment import Batch, ExperimentError, Training
from seodang.training.dropout import with_masks

DRAWING = threading.RLock()
"""Torch's global random state is one for all threads: whoever draws from it holds this lock."""


def stream(seed: int, purpose: str) -> torch.Generator:
    """The generator a seed uses for one purpose (split, initialization, batches, dropout).

    Streams are independent of one another, so that drawing more from one never shifts another, and of which other
    replicas are trained beside this one.
    """
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)


@contextmanager
def drawing_from(state: Tensor) -> Iterator[None]:
    """Torch's global random state set to `state` inside, and left as it was."""
    with DRAWING, torch.random.fork_rng(devices=[]):
        torch.set_rng_state(state)
        yield


def initial_model(training: Training, seed: int, device: torch.device) -> nn.Module:
    """The untrained model of a seed; torch's global random state is left as it was. On the meta device nothing is drawn."""
    if device.type == "meta":
        with device:
            return training.model()
    with drawing_from(stream(seed, "initialization").get_state()):
        return training.model().to(device)


class Replica:
    """The split, the initial model, the batches, the noise and the dropout masks of one seed."""

    def __init__(self, training: Training, seed: int, device: torch.device, kin: Training | None = None) -> None:
        self.training = training
        self.kin = kin or training
        """The training of whose step this one's is a copy but for its numbers (`kin.py`)."""
        self.seed = seed
        self.device = device
        split = training.data(stream(seed, "split"))
        self.x_train, self.y_train, self.x_test, self.y_test = (part.to(device) for part in split)
        if len(self.x_train) != len(self.y_train) or len(self.x_train) == 0:
            raise ExperimentError(
                f"data: {len(self.x_train)} training inputs for {len(self.y_train)} targets; "
                "one target an input is needed, and one of each at least"
            )
        self.x_validation, self.y_validation = self._set_aside()
        self.batch = min(training.batch, len(self.x_train))
        self._batches = stream(seed, "batches")
        self._waiting = torch.empty(0, dtype=torch.long)
        self._noise = stream(seed, "noise")
        self.model, self.masks = with_masks(
            initial_model(training, seed, device),
            [turn.objective for turn in training.players],
            self.any_batch(),
            lambda name: stream(seed, f"dropout/{name}"),
        )

    def _set_aside(self) -> tuple[Tensor, Tensor]:
        """The validation set of early stopping, taken out of the training set; empty without."""
        if self.training.stopping is None:
            return self.x_train[:0], self.y_train[:0]
        held = round(self.training.stopping.validation * len(self.x_train))
        if not 0 < held < len(self.x_train):
            raise ExperimentError(
                f"validation={self.training.stopping.validation}: sets aside {held} of {len(self.x_train)} training "
                "samples; one at least must stay on each side"
            )
        order = torch.randperm(len(self.x_train), generator=stream(self.seed, "validation")).to(self.device)
        aside, kept = order[:held], order[held:]
        both = self.x_train[aside], self.y_train[aside]
        self.x_train, self.y_train = self.x_train[kept], self.y_train[kept]
        return both

    def any_batch(self) -> Batch:
        """A batch of the right shapes, to learn other shapes from; it draws from no stream that training reads."""
        noise = self.training.noise
        drawn = None if noise is None else noise(self.batch, stream(self.seed, "shapes")).to(self.device)
        return Batch(self.x_train[: self.batch], self.y_train[: self.batch], drawn)

    def indices(self, batches: int) -> Tensor:
        """(batches, batch) which samples the next batches hold: shuffled epochs end to end, every batch full."""
        needed = batches * self.batch
        parts = [self._waiting]
        held = len(self._waiting)
        while held < needed:
            epoch = torch.randperm(len(self.x_train), generator=self._batches)
            parts.append(epoch)
            held += len(epoch)
        everything = torch.cat(parts)
        self._waiting = everything[needed:]
        return everything[:needed].view(batches, self.batch).to(self.device)

    def draw_masks(self, batches: int) -> dict[str, Tensor]:
        """(batches, ...) the dropout masks of the next batches, by buffer name."""
        return self.masks.draw(batches)

    def draw_noise(self, batches: int) -> tuple[Tensor, ...]:
        """(batches, turns, batch, ...) the noise of the next batches; nothing where the training needs none.

        Drawn turn by turn: a generator's normal numbers depend on how many are asked for at once.
        """
        noise = self.training.noise
        if noise is None:
            return ()
        turns = len(self.training.players)
        drawn = torch.stack([noise(self.batch, self._noise) for _ in range(batches * turns)])
        return (drawn.view(batches, turns, *drawn.shape[1:]).to(self.device),)

    def take(self, state: dict[str, Tensor]) -> None:
        """Take over parameters and buffers, in place."""
        with torch.no_grad():
            self.model.load_state_dict(state)


__all__ = ["DRAWING", "Replica", "drawing_from", "initial_model", "stream"]
