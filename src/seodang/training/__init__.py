"""R replicas of one nn.Module trained as one program, and the plain loop that is its oracle."""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise

import torch
from torch import Tensor, nn

from seodang.experiment import ExperimentError, Trained, Training, did_you_mean
from seodang.training.captured import Captured
from seodang.training.loop import Loop
from seodang.training.program import Program
from seodang.training.replica import initial_model
from seodang.training.stacked import Stacked, stackable

STRATEGIES: dict[str, type[Program]] = {"loop": Loop, "stacked": Stacked, "captured": Captured}
FIRST_CHUNK = 4
"""Steps before the first look at the clock."""
LOOK_AFTER = 0.25
"""Seconds between two looks at the clock, as near as can be: often enough to show progress and to stop soon."""
WORTH_CAPTURING = 40
"""Steps from which on writing a step down once costs less than not having it written down."""


class Stopped(Exception):
    """Training was asked to stop; nothing of the unfinished replicas is kept."""


def strategy_for(training: Training) -> str:
    """The name of the strategy that is expected to train this fastest on a processor.

    `loop` for what cannot be stacked or is faster alone (recurrent layers have a fused kernel), `stacked` for few steps,
    else `captured`.
    """
    with torch.device("meta"):
        model = training.model()
    alone = any(isinstance(module, nn.RNNBase) for module in model.modules())
    if alone or not stackable(training):
        return "loop"
    return "captured" if training.steps >= WORTH_CAPTURING else "stacked"


def train(
    training: Training,
    seeds: Sequence[int],
    *,
    device: str = "cpu",
    strategy: str | None = None,
    progress: Callable[[int], bool] | None = None,
) -> list[Trained]:
    """Train one replica a seed and return them in the order of the seeds.

    `progress` is told the steps done and returns whether to go on. Raises Stopped when it does not, ExperimentError for an
    unknown strategy.
    """
    name = strategy or strategy_for(training)
    if name not in STRATEGIES:
        raise ExperimentError(f"strategy={name}: {did_you_mean(name, STRATEGIES)}")
    with one_thread():
        return _trained(training, seeds, name, device, progress)


@contextmanager
def one_thread() -> Iterator[None]:
    """Train on one thread: the operations of small networks are too short to share, and waiting for one another costs more.

    Beside another busy process two threads were measured 2.9 times (and more) slower than one.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _trained(
    training: Training, seeds: Sequence[int], name: str, device: str, progress: Callable[[int], bool] | None
) -> list[Trained]:
    strategy, place = STRATEGIES[name], torch.device(device)
    lanes = _lanes(len(seeds), strategy.worth_a_thread) if place.type == "cpu" else 1
    programs = [strategy(training, part, place) for part in _parts(seeds, lanes)]
    losses: list[list[Tensor]] = [[] for _ in programs]
    done = 0
    with ThreadPoolExecutor(lanes) as threads:
        chunk_steps = FIRST_CHUNK
        while done < training.steps:
            steps = min(chunk_steps, training.steps - done)
            began = time.perf_counter()
            for lane, chunk in zip(losses, threads.map(lambda p: p.advance(steps), programs), strict=True):  # noqa: B023
                lane.append(chunk)
            done += steps
            chunk_steps = max(1, min(2 * chunk_steps, round(steps * LOOK_AFTER / (time.perf_counter() - began))))
            if progress is not None and not progress(done):
                raise Stopped(f"stopped after {done} of {training.steps} steps")
    return [
        trained
        for program, lane in zip(programs, losses, strict=True)
        for trained in _finished(training, program, torch.cat(lane, dim=1))
    ]


def _lanes(replicas: int, worth_a_thread: int) -> int:
    """How many threads share the replicas: one a core at most."""
    if not worth_a_thread:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, replicas // worth_a_thread))


def _parts(seeds: Sequence[int], lanes: int) -> list[Sequence[int]]:
    """The seeds in consecutive parts whose sizes differ by one at most."""
    edges = [round(len(seeds) * lane / lanes) for lane in range(lanes + 1)]
    return [seeds[a:b] for a, b in pairwise(edges)]


def _finished(training: Training, program: Program, losses: Tensor) -> list[Trained]:
    trained = []
    for replica, model, curve in zip(program.replicas, program.models(), losses, strict=False):
        # The plain module of the author, dropout layers and all, carries the trained state.
        initial = initial_model(training, replica.seed).to(program.device)
        plain = copy.deepcopy(initial)
        plain.load_state_dict(model.state_dict())
        broken = (~torch.isfinite(curve)).nonzero()
        trained.append(
            Trained(
                seed=replica.seed,
                model=plain.eval(),
                initial=initial.eval(),
                x_train=replica.x_train,
                y_train=replica.y_train,
                x_test=replica.x_test,
                y_test=replica.y_test,
                loss=training.loss,
                losses=curve,
                diverged=int(broken[0]) if len(broken) else None,
            )
        )
    return trained
