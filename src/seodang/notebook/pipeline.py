"""Where the time of a training step goes: waiting for a batch, transforming it, training on it.

    print(profiled(loader, lambda batch: step(model, *batch)))

Without overlap the accelerator works training / (loading + training) of the time. Workers that load ahead hide loading as
long as all of them together load a batch in the time of a step (Mohan, Phanishayee, Raniwala & Chidambaram 2021, "Analyzing
and mitigating data stalls in DNN training", section 3; they call what is left over a prep stall or a fetch stall).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rich.cells import set_cell_size

from seodang.experiment import ExperimentError
from seodang.locale import Language, _, preferred
from seodang.notebook.result import in_language

WIDTH = 40
"""Of the longest bar, in characters."""


@dataclass(frozen=True)
class Pipeline:
    """Seconds of each step, in order."""

    waiting: tuple[float, ...]
    transforming: tuple[float, ...]
    training: tuple[float, ...]
    language: Language = "en"

    @property
    def seconds(self) -> float:
        """Of all steps."""
        return sum(self.waiting) + sum(self.transforming) + sum(self.training)

    @property
    def utilization(self) -> float:
        """The share of the time in which the network is trained."""
        return sum(self.training) / self.seconds

    @property
    def advice(self) -> str:
        """What would shorten a step most."""
        waiting, transforming, training = (sum(part) for part in (self.waiting, self.transforming, self.training))
        if training >= waiting + transforming:
            return _("Training takes most of the time: a faster step, not faster loading, would help.")
        if transforming > waiting:
            return _(
                "Transforming takes most of the time: do it in the data set, so that a DataLoader's workers do it ahead."
            )
        return _("The step waits for data most of the time: more workers (DataLoader's num_workers), or cheaper loading.")

    def __str__(self) -> str:
        return in_language(self.language, self._text)

    def _text(self) -> str:
        lines = []
        parts = {_("waiting"): self.waiting, _("transforming"): self.transforming, _("training"): self.training}
        for name, seconds in parts.items():
            share, each = sum(seconds) / self.seconds, 1000 * sum(seconds) / len(seconds)
            told = _("{ms} ms a step", ms=f"{each:9.3f}")
            lines.append(f"{set_cell_size(name, 13)}{share:>5.0%} {told}  {'█' * round(WIDTH * share)}")
        return "\n".join([*lines, self.advice])

    __repr__ = __str__


def expected(loading: float, training: float, workers: int = 0) -> float:
    """The utilization of a step of `training` seconds whose batch one worker loads in `loading` seconds.

    Without workers loading and training take turns; with them the slower of the two sets the pace.
    """
    return training / (loading + training) if workers == 0 else min(1.0, training * workers / loading)


def profiled(
    batches: Iterable[Any],
    train: Callable[[Any], Any],
    *,
    transform: Callable[[Any], Any] | None = None,
    steps: int = 50,
    warm: int = 2,
    finished: Callable[[], Any] | None = None,
    clock: Callable[[], float] = time.perf_counter,
    language: Language | None = None,
) -> Pipeline:
    """Take up to `steps` batches and train on them, watching the clock; the `warm` batches before them are not counted.

    batches    a DataLoader, or anything that gives a batch after another
    train      what is done with a batch
    transform  what is done to it before, in this process: augmentation, or moving it to the device
    finished   waits for the device, whose work goes on after the call returns: torch.cuda.synchronize
    clock      seconds
    language   "en" or "ko" of what is printed; otherwise the user's

    Raises ExperimentError when there are no more batches than those to warm up on.
    """
    parts: tuple[list[float], list[float], list[float]] = ([], [], [])
    source = iter(batches)
    for batch in islice(source, warm):
        train(transform(batch) if transform else batch)
    _wait(finished)
    begun = clock()
    for batch in islice(source, steps):
        loaded = clock()
        ready = transform(batch) if transform else batch
        _wait(finished if transform else None)
        transformed = clock()
        train(ready)
        _wait(finished)
        ended = clock()
        for part, seconds in zip(parts, (loaded - begun, transformed - loaded, ended - transformed), strict=True):
            part.append(seconds)
        begun = ended
    if not parts[0]:
        raise ExperimentError(f"batches: no more than {warm}, and the first warm={warm} are not counted; give more")
    waiting, transforming, training = map(tuple, parts)
    return Pipeline(waiting, transforming, training, language or preferred())


def _wait(finished: Callable[[], Any] | None) -> None:
    if finished is not None:
        finished()
