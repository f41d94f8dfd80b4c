"""How is the generator held fixed while the discriminator learns, and are the ways the same?

Its samples may be detached, made under no_grad, or its parameters told to need no gradient; or nothing is done, and only the
discriminator's optimizer steps. The gradients of both are compared bit by bit, and the operations of the step are counted
(PyTorch's FlopCounterMode: products of matrices, two a multiplication).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from seodang.experiment import Claim, Experiment, knob
from seodang.models.gan import GAN, gan, value


@dataclass(frozen=True)
class Parameters:
    """Samples a step, and width of the two hidden layers of both networks."""

    batch: int = knob(64, low=1, high=4096)
    width: int = knob(64, low=1, high=1024)


def made(net: GAN, z: Tensor, way: str) -> Tensor:
    """Samples of the generator, held still in one of the ways."""
    net.generator.requires_grad_(way != "requires_grad")
    with torch.set_grad_enabled(way != "no_grad"):
        samples: Tensor = net(z)
    return samples.detach() if way == "detach" else samples


def norm(grads: list[Tensor | None]) -> float:
    """The norm of all that was filled."""
    return float(sum((each.square().sum() for each in grads if each is not None), torch.zeros(())).sqrt())


def step(p: Parameters, way: str, _seed: int) -> Mapping[str, float]:
    """One backward pass of the discriminator's loss: gradients of both players and operations, beside no precaution."""
    slopes, counts = [], []
    for each in ("nothing", way):
        torch.manual_seed(0)
        net, x, z = gan(2, 2, (p.width, p.width)), torch.randn(p.batch, 2), torch.randn(p.batch, 2)
        with FlopCounterMode(display=False) as counter:
            (-value(net.discriminator(x), net.discriminator(made(net, z, each)))).backward()  # type: ignore[no-untyped-call]
        slopes.append([part.grad for part in net.discriminator.parameters()])
        counts.append(counter.get_total_flops())
    filled = [part.grad for part in net.generator.parameters()]
    apart = max(float((a - b).abs().max()) for a, b in zip(*slopes, strict=True) if a is not None and b is not None)
    return {"generator_gradient": norm(filled), "difference": apart, "operations": counts[1], "share": counts[1] / counts[0]}


def experiment(p: Parameters) -> Experiment:
    """Three ways, and none."""
    ways = ("detach", "no_grad", "requires_grad", "nothing")
    names = ("generator_gradient", "difference", "operations", "share")
    return Experiment(
        kind="derivation",
        arms={way: partial(step, p, way) for way in ways},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "generator_feels_nothing": Claim(
                lambda a: (
                    a.detach.generator_gradient == a.no_grad.generator_gradient == a.requires_grad.generator_gradient == 0
                )
            ),
            "same_gradient": Claim(lambda a: a.detach.difference == a.no_grad.difference == a.requires_grad.difference == 0),
            "nothing_fills_it": Claim(lambda a: a.nothing.generator_gradient, above=0),
            "saves_work": Claim(lambda a: a.detach.share, below=0.85),
            "ways_cost_the_same": Claim(lambda a: a.detach.operations == a.no_grad.operations == a.requires_grad.operations),
        },
    )
