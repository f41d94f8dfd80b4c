"""Time every contender on every case, in turn, and write docs/benchmarks.md: `make bench`."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from pathlib import Path

import torch

from benchmarks.cases import Case, cases
from benchmarks.contenders import CONTENDERS, Contender
from seodang.training.cost import cost

ROUNDS = 5
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def timed(case: Case, rounds: int) -> dict[str, tuple[float, float]]:
    """Contender -> (seconds until its first step was done, median ms a step of all replicas), rounds interleaved."""
    running: dict[str, Contender] = {}
    first: dict[str, float] = {}
    steps: dict[str, list[float]] = {}
    # Those that start processes start them before this one has taken a step: a fork should find no thread busy.
    for kind in sorted(CONTENDERS, key=lambda kind: kind.name != "loop, 2 processes"):
        if not kind.can(case):
            continue
        began = time.perf_counter()
        running[kind.name] = kind(case)
        running[kind.name].advance(1)
        first[kind.name] = time.perf_counter() - began
        steps[kind.name] = []
        for _ in range(3):
            running[kind.name].advance(3)
    for _ in range(rounds):
        for name, contender in running.items():
            began = time.perf_counter()
            contender.advance(case.steps)
            steps[name].append((time.perf_counter() - began) / case.steps * 1e3)
    for contender in running.values():
        contender.close()
    return {name: (first[name], statistics.median(times)) for name, times in steps.items()}


def gemm_peak(size: int = 1024) -> float:
    """GFLOP/s of a large product on one thread."""
    a = torch.rand(size, size)
    times = []
    for _ in range(12):
        began = time.perf_counter()
        a @ a
        times.append(time.perf_counter() - began)
    return 2 * size**3 / min(times) / 1e9


def row(case: Case, result: dict[str, tuple[float, float]], peak: float) -> str:
    """One line of the table: ratios over the plain loop, then our start-up and share of the peak."""
    base = result["plain loop"][1]
    ratios = [f"{base / result[k.name][1]:.2f}" if k.name in result else "–" for k in CONTENDERS[1:]]
    started, ours = result["seodang"]
    work = cost(case.training).flops * case.replicas / 1e9  # GFLOP a step of all replicas
    share = work / (ours / 1e3) / (peak * (os.cpu_count() or 1))
    return f"| {case.name} | {base:.2f} | {' | '.join(ratios)} | {started:.2f} | {share:.0%} |"


def main() -> None:
    """Run, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two cases, one round, nothing written")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    peak = gemm_peak()
    names = [kind.name for kind in CONTENDERS[1:]]
    head = f"| work | plain loop, ms | {' | '.join(names)} | first step, s | of peak |"
    lines = [head, "|" + "---|" * (len(names) + 4)]
    print(*lines, sep="\n", flush=True)
    for case in cases(quick):
        lines.append(row(case, timed(case, 1 if quick else ROUNDS), peak))
        print(lines[-1], flush=True)
    if not quick:
        PAGE.write_text(TEXT.format(table="\n".join(lines), peak=peak, **machine()), encoding="utf-8")


def machine() -> dict[str, object]:
    """What it ran on."""
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ""
    )
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "n": ROUNDS,
    }


TEXT = """# Benchmarks: many replicas, side by side

R replicas of one network are trained with Adam; each figure is a **ratio over the plain PyTorch loop** that trains one
replica after another on one thread (higher is faster), medians of {n} rounds in which the contenders take turns.
`make bench` measures it again and writes this page.

Measured on {cores} cores ({cpu}), no GPU, Python {python}, torch {torch}; one product of 1024 x 1024 matrices
runs at {peak:.0f} GFLOP/s on one thread.

{table}

- *plain loop* is the oracle, `training/loop.py`; the column gives its milliseconds for one step of all replicas.
- *DataLoader loop*: what a learner writes. *loop, 2 processes*: half of the replicas each.
- *torch.func stack*: stacked and vmapped as in PyTorch's tutorial on ensembling, on one thread.
- *seodang*: the strategy and the threads the engine chooses by itself. *first step*: seconds from building the replicas to
  the first step done, the capture of the step included. *of peak*: share of the cores' GEMM peak that its steps reach.
"""

if __name__ == "__main__":
    main()
