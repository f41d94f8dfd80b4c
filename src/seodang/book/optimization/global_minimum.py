"""How can one tell whether a minimum is global, and how many copies of it does symmetry make?

Two certificates: the loss is convex and the gradient 0, or the loss equals a bound that nothing can go below, such as 0.
Otherwise only necessary tests are left: gradient 0, no negative curvature. XOR with two and with four hidden tanh units from
30 starts, by Newton's method with the sizes of the curvatures (Dauphin et al. 2014), which leaves saddles; ridge regression
for comparison. Then the hidden units of each net change places and signs (Hecht-Nielsen 1990).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor
from torch.func import grad, jacrev, vmap

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Starts, and steps of Newton's method from each."""

    starts: int = knob(30, low=2, high=1000)
    steps: int = knob(100, low=1, high=10_000)


def outputs(weights: Tensor, hidden: int) -> Tensor:
    """What the net 2-hidden-1 says of the four corners; without hidden units a linear map."""
    x = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.double)
    if not hidden:
        return x @ weights[:2] + weights[2]
    w, b, v = weights[: 2 * hidden].view(2, hidden), weights[2 * hidden : 3 * hidden], weights[3 * hidden : -1]
    return torch.tanh(x @ w + b) @ v + weights[-1]


def found(p: Parameters, hidden: int, seed: int) -> Mapping[str, float]:
    """Where the starts end, whether those that end above the best pass the local tests, and the copies of each."""
    generator = torch.Generator().manual_seed(seed)
    target = torch.tensor([0, 1, 1, 0], dtype=torch.double)

    def loss(weights: Tensor) -> Tensor:
        return (outputs(weights, hidden) - target).square().mean() + (0 if hidden else 0.01 * weights.square().sum())

    weights = torch.randn(p.starts, 4 * hidden + 1 if hidden else 3, generator=generator, dtype=torch.double)
    for _ in range(p.steps):
        values, vectors = torch.linalg.eigh(vmap(jacrev(grad(loss)))(weights))
        slopes = vectors.mT @ vmap(grad(loss))(weights)[..., None] / (values.abs() + 1e-3)[..., None]
        weights = weights - (vectors @ slopes).squeeze(-1) / 2
    losses = vmap(loss)(weights)
    high = losses > losses.min() + 1e-3
    stuck = weights[high] if high.any() else weights
    flat = vmap(grad(loss))(stuck).norm(dim=1) < 1e-4
    bowl = torch.linalg.eigvalsh(vmap(jacrev(grad(loss)))(stuck))[:, 0] > -1e-4
    order = torch.randperm(max(hidden, 1), generator=generator)
    signs = torch.randint(2, (max(hidden, 1),), generator=generator).double() * 2 - 1
    head, bias = weights[:, : 4 * hidden].view(p.starts, 4, -1), weights[:, 4 * hidden :]
    other = torch.cat([(head[..., order] * signs).flatten(1), bias], dim=1) if hidden else weights
    same = vmap(partial(outputs, hidden=hidden))
    return {
        "worse": float(high.double().mean()),
        "highest": float(losses.max()),
        "steepest": float(vmap(grad(loss))(weights).norm(dim=1).max()),
        "passed": float((flat & bowl).double().mean()),
        "copies": math.factorial(hidden) * 2**hidden,
        "changed": float((same(other) - same(weights)).abs().max()),
    }


def experiment(p: Parameters) -> Experiment:
    """A convex problem, a net with barely enough units, and one with more."""
    return Experiment(
        arms={"ridge": partial(found, p, 0), "xor_2": partial(found, p, 2), "xor_4": partial(found, p, 4)},
        metrics={name: itemgetter(name) for name in ("worse", "highest", "steepest", "passed", "copies", "changed")},
        claims={
            "convex_ends_alike": Claim(lambda a: a.ridge.worse == 0 and a.ridge.steepest <= 1e-8),
            "some_end_worse": Claim(lambda a: a.xor_2.worse, above=0.05),
            "and_pass_the_tests": Claim(lambda a: a.xor_2.worse > 0 and a.xor_2.passed > 0.5),
            "copies_are_exact": Claim(lambda a: max(a.xor_2.changed, a.xor_4.changed), below=1e-6),
        },
    )
