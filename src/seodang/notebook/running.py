"""Run an experiment of one's own: seeds in blocks, seen as they come, until its claims are decided."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seodang.evidence import Evidence
from seodang.experiment import Experiment, ExperimentError, Trained
from seodang.figures import Labels, Language
from seodang.notebook.fingerprint import Fingerprint, fingerprint
from seodang.notebook.live import Live
from seodang.notebook.result import Result, in_language, made
from seodang.runs import Watcher, new_ledger
from seodang.runs import run as extend

if TYPE_CHECKING:
    from torch import nn

SLUG = "notebook"
"""Stands in the evidence where a question of the book has its name."""
KEPT_BYTES = 256 * 2**20
"""Trained models are kept while they are no larger than this together."""


def run(
    experiment: Experiment,
    *,
    seeds: int | None = None,
    result: Result | None = None,
    labels: Labels | None = None,
    language: Language | None = None,
    device: str = "cpu",
    progress: bool = True,
    keep_models: bool | None = None,
) -> Result:
    """Run an experiment on seeds 1000, 1001, … until every claim is decided, or to exactly `seeds` seeds.

    result       goes on with the ledger of a result, whose experiment, code and data must be the same
    labels       what arms, metrics and claims are called in the figure and the verdicts (otherwise their names)
    language     "en" or "ko"; otherwise the user's
    device       cpu, cuda or cuda:1; a ledger stays on its own
    progress     whether to show how far it is, on stderr or under the notebook's cell
    keep_models  True keeps every trained model, False none; otherwise they are kept while they take less than 256 MiB

    An interrupt (Ctrl-C, or the notebook's stop) keeps the blocks of seeds that are finished and returns them. The seeds are
    the same in every run: running again repeats the numbers, and cannot draw better ones. More seeds than the experiment
    declares are judged without a limit, by a stricter threshold, and must be asked for at the beginning.

    Raises ExperimentError when the result belongs to another experiment, or more seeds are asked for than its ledger allows.
    """
    _check(seeds, device)
    if result is not None:
        labels, language, device = labels or result.labels, language or result.language, result.evidence.device
    seen = fingerprint(experiment)
    ledger = _ledger(experiment, seen, seeds, result, device)
    begun = made(ledger, labels, language, experiment=experiment, fingerprint=seen, models=result.models if result else {})
    return in_language(begun.language, _run, begun, experiment, seeds, _most_bytes(keep_models), progress)


def _check(seeds: int | None, device: str) -> None:
    if seeds is not None and seeds < 1:
        raise ExperimentError(f"seeds={seeds}: run at least 1")
    if device.startswith("cuda"):
        import torch

        if not torch.cuda.is_available():
            raise ExperimentError(f"device={device}: this machine or this build of PyTorch has no CUDA; use cpu")


def _most_bytes(keep_models: bool | None) -> float:
    return KEPT_BYTES if keep_models is None else float("inf") if keep_models else -1


def _ledger(experiment: Experiment, seen: Fingerprint, seeds: int | None, before: Result | None, device: str) -> Evidence:
    """The ledger to go on with: a new one, or the result's, once it is sure that it belongs to this experiment."""
    declared = experiment.seeds if seeds is None or seeds <= experiment.seeds else None
    if before is not None:
        declared = before.evidence.declared
    new = new_ledger(SLUG, Path(__file__), experiment, declared=declared, device=device)
    new = dataclasses.replace(new, code={**new.code, **seen.code})  # an experiment without a file has no file's hash
    if before is None:
        return new
    old = before.evidence
    if declared is not None and seeds is not None and seeds > declared:
        raise ExperimentError(
            f"seeds={seeds}: {declared} were declared when this ledger was begun, and its threshold holds for those; "
            f"to judge more, begin with run(experiment, seeds={seeds})"
        )
    if difference := _difference(old, new, before.fingerprint, seen):
        raise ExperimentError(f"result: {difference}; run(experiment) begins a ledger of its own")
    return dataclasses.replace(old, strategy=new.strategy)


def _difference(old: Evidence, new: Evidence, before: Fingerprint | None, seen: Fingerprint) -> str:
    """Why a ledger does not belong to this experiment; empty when it does."""
    if old.code.get("training") != new.code["training"]:
        return "Seodang's code that trains has changed since its seeds were run"
    if old.code.get("experiment") == new.code["experiment"]:
        return ""
    place = before.changed(seen) if before else ""
    python = old.versions.get("python", "").rpartition(".")[0]
    if python != platform.python_version().rpartition(".")[0]:
        return f"its seeds were run under Python {python}, whose code cannot be compared with this one's"
    return f"{place or 'the experiment, or data that it uses,'} is not what it was when its seeds were run"


def _run(begun: Result, experiment: Experiment, seeds: int | None, most_bytes: float, progress: bool) -> Result:
    with Live(begun.labels, list(experiment.arms), begun.evidence, shown=progress) as live:
        kept = _Kept(begun, live, most_bytes)
        try:
            extend(experiment, begun.evidence, seeds=seeds, watcher=Watcher(live.progress, kept.ledger, kept.results))
        except KeyboardInterrupt:
            return dataclasses.replace(kept.result, interrupted=True)
    return kept.result


class _Kept:
    """What is kept of every whole block: its numbers, and its models while there is room for them."""

    def __init__(self, begun: Result, live: Live, most_bytes: float) -> None:
        self.result = begun
        self.live = live
        self.room = most_bytes - sum(map(_bytes, begun.models.values()))
        self.waiting: dict[tuple[str, int], nn.Module] = {}

    def results(self, made: Mapping[str, Sequence[Any]]) -> None:
        """Told what each arm made of a block. All models of a seed are kept, or none."""
        self.waiting = {}
        for row in zip(*made.values(), strict=True):
            models = {(arm, each.seed): each.model for arm, each in zip(made, row, strict=True) if isinstance(each, Trained)}
            self.room -= sum(map(_bytes, models.values()))
            if self.room < 0:
                return
            self.waiting |= {key: model.cpu() for key, model in models.items()}

    def ledger(self, ledger: Evidence) -> None:
        """Told of the ledger after every block."""
        self.result = dataclasses.replace(self.result, evidence=ledger, models={**self.result.models, **self.waiting})
        self.live.show(ledger)


def _bytes(model: nn.Module) -> int:
    return sum(value.numel() * value.element_size() for value in model.state_dict().values() if hasattr(value, "numel"))
