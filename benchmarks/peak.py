"""The most products this machine does in a second, as the measure of how much of it a step uses."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

REPETITIONS = 12
LARGE = {"cpu": 1024, "cuda": 8192}
"""Rows and columns of the large product, on each device."""
SMALL = (20, 32, 64, 64)
"""Replicas, batch, inputs and outputs of the small products: a hidden layer of 20 digits perceptrons."""


@dataclass(frozen=True)
class Peak:
    """GFLOP/s: one product of two LARGE matrices, many small products at once, and the same one after another."""

    large: float
    batched: float
    looped: float


def peak(threads: int = 1, device: str = "cpu") -> Peak:
    """Measured now, with this many threads."""
    if device == "cpu":
        torch.set_num_threads(threads)
    size = LARGE[device]
    a = torch.rand(size, size, device=device)
    replicas, batch, inputs, outputs = SMALL
    x, w = torch.rand(replicas, batch, inputs, device=device), torch.rand(replicas, inputs, outputs, device=device)
    small = 2 * replicas * batch * inputs * outputs

    def looped() -> None:
        for one, other in zip(x.unbind(), w.unbind(), strict=True):
            one @ other

    return Peak(
        large=_rate(lambda: a @ a, 2 * size**3, 1, device),
        batched=_rate(lambda: x @ w, small, 200, device),
        looped=_rate(looped, small, 50, device),
    )


def _rate(work: Callable[[], object], flops: int, times: int, device: str) -> float:
    """GFLOP/s in the best of some repetitions of doing the work `times` times."""
    seconds = []
    for _ in range(REPETITIONS):
        _wait(device)
        began = time.perf_counter()
        for _ in range(times):
            work()
        _wait(device)
        seconds.append(time.perf_counter() - began)
    return flops * times / min(seconds) / 1e9


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()
