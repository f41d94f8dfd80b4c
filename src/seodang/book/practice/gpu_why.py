"""Why are GPUs good for deep learning, in arithmetic and in bytes?

An operation that uses each number it reads many times is limited by arithmetic, one that uses it once by memory: arithmetic
intensity, operations per byte (Williams, Waterman & Patterson 2009, the roofline). Matrix products have it, and a batch is
what gives it to a layer. Rates measured on this processor, on one thread, the four kinds in turn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter
from timeit import timeit

import torch

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Side of the square matrices, and rounds of which the fastest counts."""

    side: int = knob(1024, low=64, high=4_096)
    rounds: int = knob(25, low=1, high=100)


def by_loop(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    """A matrix product in Python."""
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in zip(*b, strict=True)] for row in a]


@lru_cache(maxsize=4)
def seconds(p: Parameters, seed: int) -> dict[str, float]:
    """The fastest round of each kind of work, measured in turn so that a busy moment hits all of them."""
    torch.manual_seed(seed)
    a, b, y = (torch.randn(p.side, p.side) for _ in range(3))
    v, s = torch.randn(p.side, 1), torch.randn(64, 64).tolist()
    out, thin = torch.empty(p.side, p.side), torch.empty(p.side, 1)
    works: dict[str, Callable[[], object]] = {
        "product": lambda: torch.mm(a, b, out=out),
        "vector": lambda: torch.mm(y, v, out=thin),
        "add": lambda: torch.add(a, y, out=out),
        "loop": lambda: by_loop(s, s),
    }
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        rounds = [{name: timeit(work, number=1) for name, work in works.items()} for _ in range(p.rounds)]
    finally:
        torch.set_num_threads(threads)
    return {name: min(each[name] for each in rounds) for name in works}


def measured(p: Parameters, kind: str, seed: int) -> Mapping[str, float]:
    """Operations (a multiplication and an addition are two), bytes read and written once, and the rate."""
    n = 64 if kind == "loop" else p.side
    operations, numbers = {"add": (n * n, 3 * n * n), "vector": (2 * n * n, n * n + 2 * n)}.get(kind, (2 * n**3, 3 * n * n))
    return {"intensity": operations / (4 * numbers), "rate": operations / seconds(p, seed)[kind] / 1e9}


def experiment(p: Parameters) -> Experiment:
    """A product of matrices, of a matrix and a vector, a sum; and a small product in a Python loop."""
    return Experiment(
        kind="measurement",
        arms={kind: partial(measured, p, kind) for kind in ("product", "vector", "add", "loop")},
        metrics={name: itemgetter(name) for name in ("intensity", "rate")},
        claims={
            "intensity_of_product": Claim(
                lambda a: abs(a.product.intensity * 6 / p.side - 1) + abs(a.add.intensity * 12 - 1), below=1e-6
            ),
            "batch_pays": Claim(lambda a: a.product.rate / a.vector.rate, above=3),
            "adding_is_slow": Claim(lambda a: a.product.rate / a.add.rate, above=5),
            "loops_are_hopeless": Claim(lambda a: a.product.rate / a.loop.rate, above=100),
        },
    )
