"""The first two tables: a step of every contender on every case, and what came before it."""

from __future__ import annotations

import statistics

from benchmarks.cases import Case, cases
from benchmarks.contenders import KINDS, LOOP, SEODANG, cores
from benchmarks.hosted import apart
from benchmarks.page import machine, seconds, table
from benchmarks.peak import LARGE, Peak, peak
from benchmarks.timing import Timed, timed

ROUNDS = 5
OTHERS = [kind.name for kind in KINDS if kind.name != LOOP]
Results = dict[str, dict[str, Timed]]
"""By case and contender."""


def measured(quick: bool = False, device: str = "cpu", listed: list[Case] | None = None) -> dict[str, str]:
    """The sections `table` and `startup`, printed row by row as they come."""
    rounds = 1 if quick else ROUNDS
    peaks = {f"{count} thread{'s' * (count > 1)}": apart(peak, count) for count in sorted({1, cores()})}
    peaks = peaks if device == "cpu" else {"the GPU": apart(peak, 1, device)}
    top = list(peaks.values())[-1].large
    results: Results = {}
    rows = []
    head = ["work", f"{LOOP}, ms", *OTHERS, "of peak"]
    print("", *head, "", sep=" | ", flush=True)
    for case in listed or cases(quick):
        results[case.name] = timed(case, rounds, device)
        rows.append(ratios(case, results[case.name], top))
        print("", *rows[-1], "", sep=" | ", flush=True)
    text = f"{table(head, rows)}\n\n{provenance(rounds, results, peaks, LARGE[device])}"
    startup = started(results)
    print(startup, flush=True)
    return {"table": text, "startup": startup}


def ratios(case: Case, result: dict[str, Timed], top: float) -> list[str]:
    """A row: the plain loop's ms, everyone's ratio over it, and the share of the peak that seodang's products reach."""
    base = result[LOOP].step
    others = [f"{base / result[name].step:.2f}" if name in result else "–" for name in OTHERS]
    share = case.flops / (result[SEODANG].step * 1e-3) / (top * 1e9)
    return [case.name, f"{base:.2f}", *others, f"{share:.0%}"]


def provenance(rounds: int, results: Results, peaks: dict[str, Peak], large: int) -> str:
    """What stands under the table."""
    spreads = [timing.spread for result in results.values() for timing in result.values()]
    usual, most = statistics.median(spreads), max(spreads)
    rates = "; ".join(f"{on}: {top.large:.0f}, {top.batched:.0f}, {top.looped:.0f}" for on, top in peaks.items())
    return f"""Ratios over the plain loop, medians of {rounds} rounds on {machine("scikit-learn", "jax")}.
The rounds of one contender differ by ± {usual:.0%} of their median as a rule, by ± {most:.0%} at most.

*of peak*: what seodang's steps reach in products and convolutions, as a share of the fastest large product measured here
on everything there is. GFLOP/s of one product of {large} x {large} matrices, of twenty products of 32 x 64 by 64 x 64 in
one operation, and of the same twenty one after another: {rates}. Between the peak and a step lie the size of its products
and all that is no product: activations, losses, normalization, the optimizer's update. (Fused kernels may pass 100 %:
oneDNN's LSTM is faster than the product that the peak is measured with.)"""


def started(results: Results) -> str:
    """Seconds until the first step was done."""
    names = [kind.name for kind in KINDS]
    rows = [[case, *(seconds(result[n].first) if n in result else "–" for n in names)] for case, result in results.items()]
    return f"""{table(["work", *names], rows)}

Seconds from building the replicas to the first step done, in a new process that has imported its library and nothing
more: data, initial weights, and capture or compilation where there is one. Every PyTorch figure holds the modules that
torch itself imports with the first optimizer of a process. One measurement each."""
