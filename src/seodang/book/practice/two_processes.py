"""Do two processes that average their gradients learn what one process learns from the double batch?

Data parallelism as it runs: two processes of this machine, each with a copy of the net and half of every
batch, meet after each backward pass and average their gradients with torch.distributed and its gloo backend. Beside it, one
process with whole batches. Once with a plain net, and once with batch normalization over what each process sees.
"""

import os
import subprocess
import sys
from datetime import timedelta
from functools import partial
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, distributed, nn

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment


def trained(norm: bool, rank: int | None = None) -> tuple[Tensor, Tensor]:
    """The first gradient and the last weights of ten steps: alone on batches of 128, or on every other sample of them."""
    x, y, *_ = digits(torch.manual_seed(0))
    net = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32) if norm else nn.Identity(), nn.ReLU(), nn.Linear(32, 10))
    optimizer, gradients = torch.optim.SGD(net.parameters(), lr=0.1), []
    for step in range(10):
        own = slice(128 * step + (rank or 0), 128 * (step + 1), 1 if rank is None else 2)
        slopes = torch.autograd.grad(nn.functional.cross_entropy(net(x[own]), y[own]), list(net.parameters()))
        for weight, slope in zip(net.parameters(), slopes, strict=True):
            if rank is not None:
                distributed.all_reduce(slope)
            weight.grad = slope if rank is None else slope / 2
        gradients.append(nn.utils.parameters_to_vector(weight.grad for weight in net.parameters()))  # type: ignore[misc]
        optimizer.step()
    return gradients[0], nn.utils.parameters_to_vector(net.parameters()).detach()


def worker(rank: int, folder: Path, norm: bool) -> None:
    """One of the two processes: it meets the other by a file in the folder, and leaves there what it has learned."""
    os.environ.update({"GLOO_SOCKET_IFNAME": "lo"} if sys.platform == "linux" else {})  # the host's name may lead nowhere
    distributed.init_process_group("gloo", (folder / "meeting").as_uri(), timedelta(minutes=2), world_size=2, rank=rank)
    torch.save(trained(norm, rank), folder / f"{rank}.pt")
    distributed.barrier()
    os._exit(0)  # gloo's threads may abort an interpreter that is taken down around them


def compared(norm: bool, _seed: int) -> dict[str, float]:
    """How far two processes end from each other and from one."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, __file__, folder, str(int(norm))]
        both = [subprocess.Popen([*command, rank], stderr=subprocess.DEVNULL) for rank in "01"]
        try:
            if any(each.wait() for each in both):
                raise ChildProcessError("a worker process has failed; is there a loopback interface?")
        finally:
            for each in both:
                each.kill()
        (gradient, weights), (_, twin) = (torch.load(Path(folder, f"{rank}.pt")) for rank in (0, 1))
    alone, last = trained(norm)
    pairs = {"gradient_gap": (gradient, alone), "weights_gap": (weights, last), "twins_gap": (weights, twin)}
    return {name: float((a - b).abs().max()) for name, (a, b) in pairs.items()}


def experiment() -> Experiment:
    """A plain net, and one with batch normalization."""
    return Experiment(
        kind="derivation",
        arms={"plain": partial(compared, False), "batch_norm": partial(compared, True)},
        metrics={name: itemgetter(name) for name in ("gradient_gap", "weights_gap", "twins_gap")},
        claims={
            "first_gradient": Claim(lambda a: a.plain.gradient_gap, below=1e-6),
            "same_weights": Claim(lambda a: a.plain.weights_gap, below=1e-5),
            "twins_agree": Claim(lambda a: a.plain.twins_gap == a.batch_norm.twins_gap == 0),
            "statistics_differ": Claim(lambda a: a.batch_norm.weights_gap, above=1e-4),
        },
    )


if __name__ == "__main__":
    worker(int(sys.argv[3]), Path(sys.argv[1]), sys.argv[2] == "1")
