"""Training does not use 100 % of the GPU: what is it waiting for?

Usually for data. With one process that loads and then computes, the share of time spent computing is c / (c + l); with w
workers that load ahead it is min(1, w c / l) (Mohan et al. 2021 on data stalls). A pipeline is simulated on an exact clock,
batch by batch, with loading times that vary.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Time to compute a batch and to load one, by how much loading varies, and batches."""

    compute: float = knob(1.0, above=0, high=100)
    load: float = knob(2.0, above=0, high=100)
    spread: float = knob(0.3, low=0, high=1)
    batches: int = knob(2_000, low=10, high=100_000)


def simulated(p: Parameters, workers: int, share: float, seed: int) -> Mapping[str, float]:
    """The share of time in which the processor computes; a batch of `share` the size takes that share of both times.

    0 workers: load, then compute, in turn. A worker begins its next batch when it has delivered one; two a worker may wait.
    """
    draw, free, done, busy = random.Random(seed), [0.0] * max(workers, 1), [0.0], 0.0
    fixed = 0.2 * p.compute  # what a step costs however small the batch: launching kernels, Python, synchronizing
    for number in range(round(p.batches / share)):
        loading = p.load * share * draw.uniform(1 - p.spread, 1 + p.spread)
        if workers:
            who = min(range(workers), key=free.__getitem__)
            waits = done[max(0, number - 2 * workers)]  # the queue holds two batches a worker
            ready = free[who] = max(free[who], waits) + loading
        else:
            ready = done[-1] + loading
        computing = 0.8 * p.compute * share
        done.append(max(done[-1], ready) + fixed + computing)
        busy += computing
    return {"busy": busy / done[-1], "speed": p.batches / done[-1]}


def experiment(p: Parameters) -> Experiment:
    """No worker, one, three; three with a quarter of the batch."""
    run = partial(partial, simulated, p)
    return Experiment(
        arms={"none": run(0, 1.0), "one": run(1, 1.0), "three": run(3, 1.0), "small_batch": run(3, 0.25)},
        metrics={name: itemgetter(name) for name in ("busy", "speed")},
        claims={
            "third": Claim(lambda a: abs(a.none.speed * p.compute - p.compute / (p.compute + p.load)), below=0.05),
            "half": Claim(lambda a: abs(a.one.speed * p.compute - p.compute / p.load), below=0.08),
            "full": Claim(lambda a: a.three.speed * p.compute, above=0.85),
            "small_batch_helps": Claim(lambda a: a.small_batch.busy > a.three.busy),
            "larger_batch_no_slower": Claim(lambda a: a.three.speed >= a.small_batch.speed),
        },
    )
