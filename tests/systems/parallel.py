"""One worker of two that share a batch: DistributedDataParallel over gloo, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

WORKERS, STEPS, LR = 2, 10, 0.1


def network(normalized: bool) -> nn.Sequential:
    torch.manual_seed(0)
    norm = [nn.BatchNorm1d(32)] if normalized else []
    return nn.Sequential(nn.Linear(64, 32), *norm, nn.ReLU(), nn.Linear(32, 10))


def whole() -> tuple[Tensor, Tensor]:
    """Batches of 64 for each step: (steps, 64, 64) and (steps, 64)."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(STEPS, 64, 64, generator=generator)
    return x, torch.randint(10, (STEPS, 64), generator=generator)


def trained(model: nn.Module, x: Tensor, y: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """The gradient of the first step, and the weights after all."""
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)
    first: list[Tensor] = []
    for images, labels in zip(x, y, strict=True):
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()  # type: ignore[no-untyped-call]
        first = first or [p.grad.clone() for p in model.parameters() if p.grad is not None]
        optimizer.step()
    return first, [p.detach().clone() for p in model.parameters()]


def worker(rank: int, folder: str) -> None:
    """Trains on its share of every batch and writes what it got."""
    torch.set_num_threads(1)
    meeting = Path(folder, "meeting").as_uri()
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=WORKERS, timeout=timedelta(seconds=60))
    try:
        (x, y), share = whole(), 64 // WORKERS
        mine = slice(rank * share, (rank + 1) * share)
        parallel: Callable[[nn.Module], nn.Module] = partial(DistributedDataParallel, broadcast_buffers=False)
        got = {normalized: trained(parallel(network(normalized)), x[:, mine], y[:, mine]) for normalized in (False, True)}
        torch.save(got, Path(folder, f"worker{rank}.pt"))
    finally:
        dist.destroy_process_group()
