"""Measure the engine beside what one would run instead, and write docs/benchmarks.md: `make bench`, on a quiet machine."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from benchmarks import growth, length, school, steady, verdicts
from benchmarks.page import PAGE, keep

PARTS: dict[str, Callable[[bool], dict[str, str]]] = {
    "table": steady.measured,
    "ordinary": length.experiments,
    "process": length.processes,
    "growth": growth.measured,
    "verdict": verdicts.measured,
    "school": school.measured,
}
"""What can be measured by itself; each returns sections of the page."""
BUSY = 0.5
"""Load average from which figures would be another program's as much as ours."""


def main() -> None:
    """Measure the parts asked for, print them as they come, and write each into the page once it is done."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="these parts of the page")
    parser.add_argument(
        "--quick", action="store_true", help="tiny networks, one round, nothing written: to see that it works"
    )
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    if load > BUSY and not asked.quick:
        print(
            f"the machine is busy (load average {load:.1f}): ratios will be off, those of several threads most",
            file=sys.stderr,
        )
    for name in asked.only:
        sections = PARTS[name](asked.quick)
        if not asked.quick:
            keep(sections)
            print(f"written into {PAGE}", flush=True)


if __name__ == "__main__":
    main()
