"""Time to verdict: seconds until each claim of the book is decided, and what the same seeds take a DataLoader loop."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.hosted import apart
from benchmarks.page import machine, seconds, table
from seodang.evidence import Evidence
from seodang.experiment import Experiment, Training
from seodang.library import Library
from seodang.runs import FRESH_SEEDS, Watcher, load, new_ledger, run
from seodang.verdict import Outcome

ROUNDS = 3
LOADED = 2
"""Seeds of each arm that the DataLoader loop trains; what more of them take is computed."""


@dataclass(frozen=True)
class Decision:
    """How one claim came out, after how many seeds, and seconds after the call."""

    outcome: str
    seeds: int
    """The fewest after which it first stood decided; all that were declared where it never did."""
    after: float
    judged: bool
    """Whether seeds judged it: a derivation is computed once."""

    @property
    def counted(self) -> float:
        """Its seconds for a median: a claim that is not decided by the last seed is never decided."""
        return math.inf if self.outcome == Outcome.UNDECIDED else self.after


def by_engine(slug: str) -> dict[str, Decision]:
    """Run a question on fresh seeds until every claim is decided; when each was."""
    path = _path(slug)
    began = time.perf_counter()
    experiment = load(path)
    found: dict[str, Decision] = {}

    def look(ledger: Evidence) -> None:
        after = time.perf_counter() - began
        for claim in ledger.claims:
            seeds = _fewest(ledger, claim.claim)
            if claim.outcome is not Outcome.UNDECIDED:
                found.setdefault(claim.claim, Decision(str(claim.outcome), seeds, after, not experiment.exact))

    empty = new_ledger(slug, path, experiment, declared=experiment.seeds)
    ledger = run(experiment, empty, first_seed=FRESH_SEEDS, watcher=Watcher(ledger=look))
    never = Decision(str(Outcome.UNDECIDED), len(ledger.seeds), time.perf_counter() - began, True)
    return {claim: found.get(claim, never) for claim in experiment.claims}


def _fewest(ledger: Evidence, name: str) -> int:
    """The seeds after which a claim first stood decided: one who looks after every seed stops there."""
    counts = range(1, len(ledger.seeds) + 1)
    decided = (count for count in counts if ledger.prefix(count).claim(name).outcome is not Outcome.UNDECIDED)
    return next(decided, len(ledger.seeds))


def after_torch(slug: str) -> dict[str, Decision]:
    """`by_engine` in a process that has imported torch, and nothing else has run."""
    import torch  # noqa: F401

    return by_engine(slug)


def by_loader(slug: str, seeds: int = LOADED) -> float | None:
    """Seconds a seed of every arm with the DataLoader loop, and the same metrics; None where it cannot take that experiment.

    What the first step of a process imports, and the reading of the data, are not counted: that is in the loop's favour.
    """
    from benchmarks.loader import LoaderReplica, beyond

    experiment = load(_path(slug))
    trainings = [arm for arm in experiment.arms.values() if isinstance(arm, Training)]
    if experiment.kind != "experiment" or not trainings or any(beyond(training) for training in trainings):
        return None
    LoaderReplica(trainings[0], FRESH_SEEDS).train(1)
    began = time.perf_counter()
    for seed in range(FRESH_SEEDS, FRESH_SEEDS + seeds):
        for arm in experiment.arms.values():
            if isinstance(arm, Training):
                replica = LoaderReplica(arm, seed)
                _measure(experiment, replica.trained(replica.train(arm.steps)))
            else:
                _measure(experiment, arm(seed))
    return (time.perf_counter() - began) / seeds


def _measure(experiment: Experiment, made: Any) -> None:
    """Take every metric of one arm on one seed."""
    for metric in experiment.metrics.values():
        try:
            float(metric(made))
        except ArithmeticError:
            continue


def _path(slug: str) -> Path:
    path = Library.open().question(slug).experiment
    if path is None:
        raise SystemExit(f"{slug}: this question has no experiment to time")
    return path


# ----------------------------------------------------------------------------------------------------------- the table


def measured(quick: bool = False) -> dict[str, str]:
    """The section `verdict`: a line for the claims of a question that were decided together."""
    rounds = 1 if quick else ROUNDS
    head = ["question: claims", "verdict", "seeds", "seodang, s", "DataLoader loop, s", "ratio"]
    print("", *head, "", sep=" | ", flush=True)
    rows: list[list[str]] = []
    decisions: list[dict[str, Decision]] = []
    for slug in asked()[:1] if quick else asked():
        decisions.append(decided(slug, rounds))
        rows += lines(slug, decisions[-1], apart(by_loader, slug))
        print("\n".join(" | ".join(("", *line, "")) for line in rows if line[0].startswith(f"{slug}:")), flush=True)
    text = summary(decisions, rounds)
    print(text, flush=True)
    return {"verdict": f"{text}\n\n{table(head, rows)}"}


def asked() -> list[str]:
    """Every question that has an experiment."""
    return [question.slug for question in Library.open().questions if question.experiment]


def decided(slug: str, rounds: int) -> dict[str, Decision]:
    """Each claim's decision, with the median of its seconds and seeds over some processes."""
    tries = [apart(after_torch, slug) for _ in range(rounds)]
    found = {}
    for claim, first in tries[0].items():
        same = [each[claim] for each in tries]
        seeds = statistics.median_low(each.seeds for each in same)  # a measurement's may differ from run to run
        found[claim] = Decision(first.outcome, seeds, statistics.median(each.after for each in same), first.judged)
    return found


def lines(slug: str, decisions: dict[str, Decision], a_seed: float | None) -> list[list[str]]:
    """The rows of one question."""
    together: dict[tuple[int, str], list[str]] = {}
    for claim, decision in decisions.items():
        together.setdefault((decision.seeds, decision.outcome), []).append(claim)
    rows = []
    for (seeds, outcome), claims in sorted(together.items()):
        after = max(decisions[claim].after for claim in claims)
        loaded = ["–", "–"] if a_seed is None else [seconds(a_seed * seeds), f"{a_seed * seeds / after:.1f}"]
        count = str(seeds) if decisions[claims[0]].judged else "–"
        rows.append([f"{slug}: {', '.join(claims)}", outcome, count, seconds(after), *loaded])
    return rows


def summary(decisions: Sequence[dict[str, Decision]], rounds: int) -> str:
    """What the table comes to."""
    judged = [found for found in ([d for d in each.values() if d.judged] for each in decisions) if found]
    claims = [decision.counted for found in judged for decision in found]
    experiments = [max(decision.counted for decision in found) for found in judged]
    medians = ""
    if judged:
        half, whole = (_read(statistics.median(each)) for each in (claims, experiments))
        medians = f"""Half of the {len(claims)} claims are decided within **{half}**; half of the {len(experiments)} \
experiments have all their claims decided within **{whole}**.
(A claim that is undecided at the last seed counts as never decided; derivations, which need no seeds, are left out.)

"""
    return f"""{medians}Seconds from the call until the engine's own run on fresh seeds (from 1000) had the claims decided,
in new processes that have imported torch and nothing more, medians of {rounds}. *seeds*: the fewest after which they stood
decided; the engine looks after whole blocks of seeds, and so may have trained a few more. *DataLoader loop*: the same
arms, seeds and metrics, one replica after another; {LOADED} seeds of each arm were measured, once, and scaled to that
number. Derivations and measurements train nothing that it could train. On {machine("scikit-learn")}."""


def _read(median: float) -> str:
    return f"{seconds(median)} s" if math.isfinite(median) else "no time"
