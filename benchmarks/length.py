"""Two tables of whole experiments: from the call to the end, and from starting the interpreter to the end."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.cases import Case, digits, ordinary, tiny
from benchmarks.contenders import KINDS, LOOP, able
from benchmarks.page import machine, seconds, table
from benchmarks.timing import to_the_end

ROUNDS = 3
STEPS = 2000
"""Of twenty digits perceptrons, in a whole process."""


def experiments(quick: bool = False) -> dict[str, str]:
    """The section `ordinary`: seconds for an experiment of ordinary length, start-up and compilation included."""
    rounds = 1 if quick else ROUNDS
    names = [kind.name for kind in KINDS]
    rows = []
    print("", "experiment", *names, "", sep=" | ", flush=True)
    for case in ordinary(quick):
        taken = {kind.name: to_the_end(case, kind, rounds) for kind in able(case)}
        rows.append([f"{case.name}, {case.steps} steps", *(seconds(taken[n]) if n in taken else "–" for n in names)])
        print("", *rows[-1], "", sep=" | ", flush=True)
    text = f"""Seconds from the call to the end, medians of {rounds} in new processes that have imported their library and
nothing more: building the replicas, capture or compilation, and all steps. On {machine("scikit-learn", "jax")}."""
    return {"ordinary": f"{table(['experiment', *names], rows)}\n\n{text}"}


def processes(quick: bool = False) -> dict[str, str]:
    """The section `process`: seconds from starting the interpreter to its end."""
    rounds, case = (1, tiny()[0]) if quick else (ROUNDS, digits(20, steps=STEPS))
    kinds = able(case)
    taken: dict[str, list[float]] = {kind.name: [] for kind in kinds}
    for _ in range(rounds):
        for kind in kinds:
            taken[kind.name].append(process(kind.name, case))
    middle = {name: statistics.median(times) for name, times in taken.items()}
    rows = [[name, seconds(value), f"{middle[LOOP] / value:.2f}"] for name, value in middle.items()]
    made = table(["contender", "seconds", "ratio over the plain loop"], rows)
    print(made, flush=True)
    text = f"""{case.name}, {case.steps} steps: seconds from starting the interpreter to its end, imports, start-up and
compilation included and no compiler's cache filled, medians of {rounds}. On {machine("scikit-learn", "jax")}."""
    return {"process": f"{made}\n\n{text}"}


def process(name: str, case: Case) -> float:
    """Seconds of one new interpreter that imports a contender and trains a case to its end."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.fresh", name, case.name, str(case.steps)]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[1])
    return time.perf_counter() - began
