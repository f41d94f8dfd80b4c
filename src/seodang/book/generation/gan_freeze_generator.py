"""How is the generator held fixed while the discriminator learns, and are the ways the same?

Its samples may be detached, made under no_grad, or its parameters told to need no gradient; or nothing is done, and only the
discriminator's optimizer steps. The gradients of both are compared bit by bit, the operations of the step are counted
(PyTorch's FlopCounterMode: products of matrices, two a multiplication), and it is timed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from time import perf_counter

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from seodang.experiment import Claim, Experiment, knob
from seodang.models.gan import GAN, gan, value


@dataclass(frozen=True)
class Parameters:
    """Samples a step, and width of the two hidden layers of both networks."""

    batch: int = knob(128, low=1, high=4096)
    width: int = knob(128, low=1, high=1024)


def made(net: GAN, z: Tensor, way: str) -> Tensor:
    """Samples of the generator, held still in one of the ways."""
    net.generator.requires_grad_(way != "requires_grad")
    with torch.set_grad_enabled(way != "no_grad"):
        samples: Tensor = net(z)
    return samples.detach() if way == "detach" else samples


def norm(grads: list[Tensor | None]) -> float:
    """The norm of all that was filled."""
    return float(sum((each.square().sum() for each in grads if each is not None), torch.zeros(())).sqrt())


def backward(net: GAN, x: Tensor, z: Tensor, way: str) -> float:
    """One backward pass of the discriminator's loss; the seconds that it and the passes forward took."""
    began = perf_counter()
    (-value(net.discriminator(x), net.discriminator(made(net, z, way)))).backward()  # type: ignore[no-untyped-call]
    return perf_counter() - began


def step(p: Parameters, way: str, seed: int) -> Mapping[str, float]:
    """Gradients of both players, operations and time of the discriminator's step, beside no precaution."""
    slopes, counts = [], []
    for each in ("nothing", way):
        torch.manual_seed(seed)
        net, x, z = gan(hidden=(p.width, p.width)), torch.randn(p.batch, 2), torch.randn(p.batch, 2)
        with FlopCounterMode(display=False) as counter:
            backward(net, x, z, each)
        slopes.append([part.grad for part in net.discriminator.parameters()])
        counts.append(counter.get_total_flops())
    filled = [part.grad for part in net.generator.parameters()]
    apart = max(float((a - b).abs().max()) for a, b in zip(*slopes, strict=True) if a is not None and b is not None)
    read = {"generator_gradient": norm(filled), "difference": apart, "operations": counts[1], "share": counts[1] / counts[0]}
    passes = [(backward(net, x, z, "nothing"), backward(net, x, z, way)) for _ in range(200)]  # in turn: the machine changes
    plain, careful = (min(times) for times in zip(*passes, strict=True))
    return read | {"time": careful / plain}


def experiment(p: Parameters) -> Experiment:
    """Three ways, and none."""
    ways = ("detach", "no_grad", "requires_grad", "nothing")
    names = ("generator_gradient", "difference", "operations", "share", "time")
    return Experiment(
        kind="measurement",
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
            "saves_time": Claim(lambda a: a.detach.time, below=0.85),
            "ways_cost_the_same": Claim(lambda a: a.detach.operations == a.no_grad.operations == a.requires_grad.operations),
        },
    )
