"""One contender, one case, from a cold start: `python -m benchmarks.fresh NAME CASE STEPS` (see length.py)."""

from __future__ import annotations

import sys
from dataclasses import replace

from benchmarks.cases import cases, tiny
from benchmarks.contenders import KINDS


def main(name: str, work: str, steps: int) -> None:
    """Train to the end; nothing is said."""
    kind = next(kind for kind in KINDS if kind.name == name)
    case = replace(next(case for case in (*cases(), *tiny()) if case.name == work), steps=steps)
    contender = kind.load()(case, range(case.replicas))
    contender.whole(case.steps)
    contender.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
