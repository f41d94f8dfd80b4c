"""What is a multilayer perceptron, and what does its hidden layer buy?

Matrix products with a bend between them; with enough hidden units it comes as near as one likes to any continuous function
on a bounded region (Cybenko 1989). XOR, four points that no line separates (Minsky & Papert 1969), by nets with 0, 2, 3 and
10 hidden units, with ReLU and with tanh, and by one without the bend.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Steps of L-BFGS on the four points, each with its own line search."""

    steps: int = knob(100, low=1, high=1_000)


def by_hand(net: nn.Sequential, x: Tensor) -> Tensor:
    """The forward pass unit by unit."""
    for layer in net:
        if isinstance(layer, nn.Linear):
            x = torch.stack([b + (x * w).sum(1) for w, b in zip(*layer.parameters(), strict=True)], 1)
        else:
            x = x * (x > 0) if isinstance(layer, nn.ReLU) else layer(x)
    return x


def solved(p: Parameters, hidden: tuple[int, ...], activation: type[nn.Module], seed: int) -> Mapping[str, float]:
    """A net fitted to XOR: how many of the four points it gets right, its size, and its forward pass by hand."""
    torch.manual_seed(seed)
    corners = torch.cartesian_prod(torch.arange(2.0), torch.arange(2.0))
    xor = corners.sum(1) == 1
    net = mlp([2, *hidden, 1], activation)
    optimizer = torch.optim.LBFGS(net.parameters(), max_iter=p.steps, line_search_fn="strong_wolfe")

    def loss() -> float:
        optimizer.zero_grad()
        value = F.binary_cross_entropy_with_logits(net(corners)[:, 0], xor.float())
        value.backward()  # type: ignore[no-untyped-call]
        return float(value.detach())

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        score = net(corners)
        return {
            "accuracy": float(((score[:, 0] > 0) == xor).float().mean()),
            "parameters": float(sum(one.numel() for one in net.parameters())),
            "forward_gap": float((score - by_hand(net, corners)).abs().max() / score.abs().max().clamp(min=1)),
        }


def experiment(p: Parameters) -> Experiment:
    """No hidden layer, one of 2, 3 and 10 ReLU units, one of 2 and 3 tanh units, and two hidden layers without a bend."""
    run = partial(partial, solved, p)
    return Experiment(
        arms={
            "none": run((), nn.ReLU),
            "two": run((2,), nn.ReLU),
            "three": run((3,), nn.ReLU),
            "ten": run((10,), nn.ReLU),
            "two_tanh": run((2,), nn.Tanh),
            "three_tanh": run((3,), nn.Tanh),
            "unbent": run((10, 10), nn.Identity),
        },
        metrics={name: itemgetter(name) for name in ("accuracy", "parameters", "forward_gap")},
        claims={
            "no_line": Claim(lambda a: a.none.accuracy <= 0.75 and a.unbent.accuracy <= 0.75),
            "two_suffice": Claim(lambda a: a.two.accuracy == 1),
            "three_suffice": Claim(lambda a: a.three.accuracy == 1),
            "three_tanh_suffice": Claim(lambda a: a.three_tanh.accuracy == 1),
            "ten_suffice": Claim(lambda a: a.ten.accuracy == 1),
            "matrix_products": Claim(lambda a: max(a.two.forward_gap, a.ten.forward_gap), below=1e-6),
        },
    )
