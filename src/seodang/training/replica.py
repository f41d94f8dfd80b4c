"""One replica: one seed of one training, with everything random in it drawn from generators of its own."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn

from seodang.experiment import ExperimentError, Training
from seodang.training.dropout import Masks, with_masks


def stream(seed: int, purpose: str) -> torch.Generator:
    """The generator a seed uses for one purpose (split, initialization, batches, dropout).

    Streams are independent of one another, so that drawing more from one never shifts another, and of which other
    replicas are trained beside this one.
    """
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)


def initial_model(training: Training, seed: int) -> nn.Module:
    """The untrained model of a seed; torch's global random state is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.set_state(stream(seed, "initialization").get_state())
        return training.model()


class Replica:
    """The split, the initial model, the batches and the dropout masks of one seed."""

    def __init__(self, training: Training, seed: int, device: torch.device) -> None:
        self.training = training
        self.seed = seed
        self.device = device
        split = training.data(stream(seed, "split"))
        self.x_train, self.y_train, self.x_test, self.y_test = (part.to(device) for part in split)
        if len(self.x_train) != len(self.y_train) or len(self.x_train) == 0:
            raise ExperimentError(
                f"data: {len(self.x_train)} training inputs for {len(self.y_train)} targets; "
                "one target an input is needed, and one of each at least"
            )
        self.batch = min(training.batch, len(self.x_train))
        self._batches = stream(seed, "batches")
        self._waiting = torch.empty(0, dtype=torch.long)
        model = initial_model(training, seed).to(device)
        self.model, self.masks = with_masks(model, self.x_train[: self.batch], lambda name: stream(seed, f"dropout/{name}"))

    def indices(self, steps: int) -> Tensor:
        """(steps, batch) which samples the next steps use: shuffled epochs end to end, every batch full."""
        needed = steps * self.batch
        parts = [self._waiting]
        held = len(self._waiting)
        while held < needed:
            epoch = torch.randperm(len(self.x_train), generator=self._batches)
            parts.append(epoch)
            held += len(epoch)
        everything = torch.cat(parts)
        self._waiting = everything[needed:]
        return everything[:needed].view(steps, self.batch).to(self.device)

    def draw_masks(self, steps: int) -> dict[str, Tensor]:
        """(steps, ...) the dropout masks of the next steps, by buffer name."""
        return self.masks.draw(steps)


__all__ = ["Masks", "Replica", "initial_model", "stream"]
