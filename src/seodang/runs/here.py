"""Run an experiment in this process: seeds in blocks, claims answered per seed, a verdict after every block."""

from __future__ import annotations

import datetime
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seodang.evidence import ClaimEvidence, Evidence, Row, recorded
from seodang.experiment import Arms, Experiment, ExperimentError, Trained, Training
from seodang.provenance import experiment_hash, training_hash
from seodang.runs.ledger import FRESH_SEEDS
from seodang.runs.load import parameters_of
from seodang.verdict import fewest

if TYPE_CHECKING:
    from torch import Tensor

SOON = 2
"""The first block: two seeds, to have something to look at. The second ends with the fewest seeds that can decide."""
BLOCK = 6
CURVE_POINTS = 30


class Cancelled(Exception):
    """The watcher asked to stop; whole blocks of seeds before it are kept."""


@dataclass(frozen=True)
class Progress:
    """How far a block is: `arm` has trained `step` of `steps` steps on `seeds`; its loss so far at the marks of a curve."""

    arm: str
    step: int
    steps: int
    seeds: tuple[int, ...]
    curves: tuple[tuple[float, ...], ...] = ()
    """A line a seed, in the order of `seeds`, as in the ledger's curves but only as far as training has come."""


@dataclass(frozen=True)
class Watcher:
    """Who looks on. `progress` returns whether to go on; `ledger` is told of the ledger after every block, and just before
    it `results` of what each arm made of its seeds: a Trained, what a function returned, None where it broke down. Only
    where `curves` is set does progress carry the losses so far: to work them out costs a little."""

    progress: Callable[[Progress], bool] = lambda _: True
    ledger: Callable[[Evidence], None] = lambda _: None
    results: Callable[[Mapping[str, Sequence[Any]]], None] = lambda _: None
    curves: bool = False


def new_ledger(
    slug: str, path: Path, experiment: Experiment, *, declared: int | None = None, device: str = "cpu"
) -> Evidence:
    """An empty ledger for this experiment, its parameters and its code. `declared`: seeds declared, None for no limit."""
    import torch

    from seodang import __version__
    from seodang.training import strategies_for

    exact = experiment.exact
    return Evidence(
        slug=slug,
        kind=experiment.kind,
        parameters=parameters_of(experiment),
        declared=declared,
        seeds=(),
        arms={arm: dict.fromkeys(experiment.metrics, ()) for arm in experiment.arms},
        claims=tuple(
            ClaimEvidence(
                claim=name,
                answers=(),
                values=() if claim.measured else None,
                above=claim.above,
                below=claim.below,
                diverged=claim.diverged,
                exact=exact,
                declared=declared,
                claims=len(experiment.claims),
            )
            for name, claim in experiment.claims.items()
        ),
        curves={},
        diverged={},
        code={"experiment": experiment_hash(path), "training": training_hash()},
        versions={"python": platform.python_version(), "torch": str(torch.__version__), "seodang": __version__},
        device=device,
        threads=1,  # seodang.training trains on one thread
        strategy=strategies_for(trainings(experiment), device),
        seconds=0.0,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
    )


def run(
    experiment: Experiment,
    ledger: Evidence,
    *,
    seeds: int | None = None,
    first_seed: int = FRESH_SEEDS,
    block: int = BLOCK,
    watcher: Watcher = Watcher(),
) -> Evidence:
    """Extend a ledger until every claim is decided, or to exactly `seeds` seeds; the ledger with what was run.

    Seeds are judged in order, on the unbroken prefix; a block that was not finished is not part of the ledger.
    Raises Cancelled when the watcher stops it (the watcher has seen every whole block), ExperimentError when more seeds
    are asked for than were declared.
    """
    from seodang.training import one_thread

    if experiment.exact:
        seeds = 1
    most = experiment.seeds if seeds is None else seeds
    if ledger.declared is not None and most > ledger.declared:
        raise ExperimentError(f"seeds={most}: at most {ledger.declared} were declared for this ledger")
    while len(ledger.seeds) < most and not (seeds is None and ledger.decided):
        first = ledger.seeds[0] if ledger.seeds else first_seed
        begun = len(ledger.seeds)
        end = _block_end(begun, block, fewest(ledger.declared, len(ledger.claims)))
        numbers = range(first + begun, first + min(end, most))
        started = time.perf_counter()
        with one_thread():  # arms that are functions, and metrics, too
            rows, marks = _block(experiment, numbers, ledger, watcher)
        ledger = ledger.extended(rows, marks, time.perf_counter() - started)
        watcher.ledger(ledger)
    return ledger


def _block_end(begun: int, block: int, deciding: int) -> int:
    """How many seeds there are after the next block. Ends are fixed: a ledger interrupted anywhere is looked at where an
    uninterrupted one is, and stops where it does."""
    if block > BLOCK:
        return (begun // block + 1) * block
    later = deciding + ((begun - deciding) // block + 1) * block
    return next((end for end in (SOON, deciding) if begun < end), later)


def trainings(experiment: Experiment) -> dict[str, Training]:
    """The arms that train a network."""
    return {name: arm for name, arm in experiment.arms.items() if isinstance(arm, Training)}


def _block(
    experiment: Experiment, seeds: Sequence[int], ledger: Evidence, watcher: Watcher
) -> tuple[list[Row], dict[str, list[int]]]:
    trained: Mapping[str, Sequence[Any]] = _train(trainings(experiment), seeds, ledger, watcher)
    made = {
        name: trained[name] if isinstance(arm, Training) else _make(name, arm, seeds, watcher)
        for name, arm in experiment.arms.items()
    }
    marks = {name: _marks(arm.steps) for name, arm in trainings(experiment).items()}
    rows = []
    for position, seed in enumerate(seeds):
        results = {arm: products[position] for arm, products in made.items()}
        rows.append(_row(experiment, seed, results, marks))
    watcher.results(made)
    return rows, marks


def _train(
    arms: Mapping[str, Training], seeds: Sequence[int], ledger: Evidence, watcher: Watcher
) -> Mapping[str, Sequence[Trained]]:
    """Every arm that trains, together: those that share a step are one program, the others run side by side."""
    from seodang.training import Stopped, train_arms

    if not arms:
        return {}

    drawn: dict[str, dict[int, tuple[float, ...]]] = {arm: {} for arm in arms}

    def draw(arm: str, losses: Mapping[int, Tensor]) -> None:
        marks = _marks(arms[arm].steps)
        drawn[arm].update({seed: tuple(_curve(line, [m for m in marks if m <= len(line)])) for seed, line in losses.items()})

    def told(arm: str, step: int) -> bool:
        lines = tuple(drawn[arm].get(seed, ()) for seed in seeds) if watcher.curves else ()
        return watcher.progress(Progress(arm, step, arms[arm].steps, tuple(seeds), lines))

    wanted = draw if watcher.curves else None
    try:
        return train_arms(arms, seeds, device=ledger.device, strategies=ledger.strategy, progress=told, curves=wanted)
    except Stopped as stop:
        raise Cancelled(str(stop)) from stop


def _make(name: str, arm: Callable[[int], Any], seeds: Sequence[int], watcher: Watcher) -> list[Any]:
    """What a function makes of each seed; None where it broke down with an arithmetic error."""
    made = []
    for done, seed in enumerate(seeds):
        try:
            made.append(arm(seed))
        except ArithmeticError:
            made.append(None)
        if not watcher.progress(Progress(name, done + 1, len(seeds), tuple(seeds))):
            raise Cancelled(f"{name}: stopped after seed {seed}")
    return made


def _row(experiment: Experiment, seed: int, results: Mapping[str, Any], marks: Mapping[str, Sequence[int]]) -> Row:
    numbers: dict[str, dict[str, float]] = {}
    curves, diverged = {}, {}
    for arm, result in results.items():
        numbers[arm] = {metric: _number(arm, metric, take, result) for metric, take in experiment.metrics.items()}
        if isinstance(result, Trained):
            curves[arm] = _curve(result.losses, marks[arm])
            if result.diverged is not None:
                diverged[arm] = result.diverged
        elif result is None:
            diverged[arm] = 0
    arms = Arms(numbers)
    values, answers = {}, {}
    for name, claim in experiment.claims.items():
        value = claim.value(arms)
        values[name] = None if value is None else recorded(value)
        answers[name] = claim.answer(arms) if value is None else claim.answer_of(recorded(value))
    return Row(seed, numbers, values, answers, curves, diverged)


def _number(arm: str, metric: str, take: Callable[[Any], float], result: Any) -> float:
    if result is None:
        return recorded(float("nan"))
    try:
        return recorded(float(take(result)))
    except ArithmeticError:
        return recorded(float("nan"))
    except KeyError as error:
        raise ExperimentError(f"{arm}.{metric}: the arm made nothing called {error}") from error


def _marks(steps: int) -> list[int]:
    """The steps at which a curve is taken: at most CURVE_POINTS, the last one included."""
    points = min(CURVE_POINTS, steps)
    return [round(steps * (point + 1) / points) for point in range(points)]


def _curve(losses: Tensor, marks: Sequence[int]) -> list[float]:
    """The mean of the losses, (steps,) or (steps, turns), from each mark to the next."""
    edges = [0, *marks]
    means = [float(losses[a:b].mean()) for a, b in zip(edges, marks, strict=False)]
    return [float(f"{recorded(mean):.4g}") for mean in means]
