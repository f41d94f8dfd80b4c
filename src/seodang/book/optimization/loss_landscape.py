"""What are the axes of the usual pictures of the loss, and what does a real landscape look like?

A network 64-8-10 with tanh on 300 digits has 610 parameters, few enough for its whole Hessian. It is trained by gradient
descent on all 300. Looked at, before training and after: the signs of the Hessian's eigenvalues (Dauphin et al. 2014), and
slices through the point along random directions, scaled unit by unit as Li et al. 2018 scale filters. And along the
training: how many weights pass the value they had at the start again once the loss is less than half of what it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Hidden units, the images trained on, the rate and the steps of gradient descent."""

    hidden: int = knob(8, low=1, high=16)
    count: int = knob(300, low=10, high=1000)
    lr: float = knob(0.5, above=0, high=100)
    steps: int = knob(800, low=1, high=20_000)


def valleys(heights: Tensor) -> Tensor:
    """How many inner points of each slice (points, slices) are lower than both neighbours."""
    return ((heights[1:-1] < heights[:-2]) & (heights[1:-1] < heights[2:])).sum(0)


def landscape(p: Parameters, steps: int, seed: int) -> Mapping[str, float]:
    """Train for some steps; eigenvalues and slices where that ends, and what the way there looked like."""
    generator = torch.Generator().manual_seed(seed)
    x, y = digits(generator).first(p.count)[:2]
    torch.manual_seed(seed)
    start = nn.utils.parameters_to_vector(mlp([64, p.hidden, 10]).double().parameters()).detach()

    def parts(vector: Tensor) -> list[Tensor]:
        w1, b1, w2, b2 = torch.split(vector, [64 * p.hidden, p.hidden, 10 * p.hidden, 10])
        return [w1.view(-1, 64), b1, w2.view(10, -1), b2]

    def loss(vector: Tensor) -> Tensor:
        w1, b1, w2, b2 = parts(vector)
        return F.cross_entropy((x.double() @ w1.T + b1).tanh() @ w2.T + b2, y)

    path = [start]
    for _ in range(steps):
        path.append(path[-1] - p.lr * torch.func.grad(loss)(path[-1]))
    end, losses = path[-1], torch.stack([*map(loss, path)])
    low = torch.stack(path)[losses < losses[0] / 2] - path[0]  # (later steps, weights) how far from the start
    curvatures = torch.linalg.eigvalsh(torch.func.jacrev(torch.func.grad(loss))(end))
    heights = []
    for _ in range(25):
        way = torch.randn(len(end), generator=generator, dtype=torch.double)
        pairs = zip(parts(way), parts(end), strict=True)
        way = torch.cat([(F.normalize(d, dim=-1) * w.norm(dim=-1, keepdim=True)).flatten() for d, w in pairs])
        heights.append(torch.stack([loss(end + t * way) for t in torch.linspace(-1, 1, 51)]))
    seen = {
        "negative": curvatures < 0,
        "clearly_negative": curvatures < -1e-3 * curvatures.max(),
        "flat": curvatures.abs() < 1e-3 * curvatures.max(),
        "several": valleys(torch.stack(heights, dim=1)) > 1,
        "twice": (low[1:] * low[:-1] < 0).any(0),
    }
    return {name: float(where.double().mean()) for name, where in seen.items()} | {"loss": float(losses[-1])}


def experiment(p: Parameters) -> Experiment:
    """The start and the end of the same training."""
    return Experiment(
        arms={"start": partial(landscape, p, 0), "end": partial(landscape, p, p.steps)},
        metrics={name: itemgetter(name) for name in ("loss", "negative", "clearly_negative", "flat", "several", "twice")},
        claims={
            "weight_is_no_time": Claim(lambda a: a.end.twice, above=0.1),
            "one_valley_a_slice": Claim(lambda a: a.end.several, below=0.1),
            "start_is_a_saddle": Claim(lambda a: a.start.negative, above=0.2),
            "end_is_nearly_none": Claim(lambda a: a.end.clearly_negative, below=0.05),
        },
    )
