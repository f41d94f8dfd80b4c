"""Made-up samples of a case's shapes, learnable, so that the losses of two contenders can be compared.

How fast a step is does not depend on the values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.nets import Adversarial, Dense, Recurrent

Samples = NDArray[np.float32]
Targets = NDArray[np.float32] | NDArray[np.int64]


def made(case: Case, rng: np.random.Generator) -> tuple[Samples, Targets]:
    """Inputs (samples, ...) uniform in 0 .. 1 and their targets.

    A class is the place of the largest of the first ten numbers; an autoencoder's target is its input; a sequence's is the
    mean of its first feature; a generator has none, and gets the classes.
    """
    x = rng.random((case.samples, *case.net.inputs), dtype=np.float32)
    if isinstance(case.net, Recurrent):
        return x, x[:, :, 0].mean(axis=1, keepdims=True)
    if isinstance(case.net, Dense) and not case.net.classifies:
        return x, x
    classes = 10 if isinstance(case.net, Adversarial) else _classes(case)
    return x, x.reshape(len(x), -1)[:, :classes].argmax(axis=1)


def _classes(case: Case) -> int:
    return case.net.sizes[-1] if isinstance(case.net, Dense) else 10


def batches(rng: np.random.Generator, samples: int, batch: int, replicas: int, steps: int) -> NDArray[np.int32]:
    """(steps, replicas, batch) which samples are used: shuffled epochs end to end, every batch full."""
    epochs = -(-steps * batch // samples)
    order = np.tile(np.arange(samples, dtype=np.int32), (replicas, epochs, 1))
    shuffled = rng.permuted(order, axis=2).reshape(replicas, -1)[:, : steps * batch]
    return np.ascontiguousarray(shuffled.reshape(replicas, steps, batch).swapaxes(0, 1))
