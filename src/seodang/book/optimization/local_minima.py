"""Why does deep learning work in spite of local minima, and how does descent get out of one?

Width removes them: XOR by two, three and eight hidden units from 100 random starts each (Blum & Rivest 1992 for the small
net, Choromanska et al. 2015 for the wide); and digits by 4 and by 64 hidden units from 10 starts. Then one valley with two
wells, b (x² - 1)² + 0.3 x, entered on the side of the worse one, high above its bottom: by plain descent over a barrier of
1, by momentum (Polyak 1964) over one of 1 and of 4, and by noise (Ge et al. 2015) over one of 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Steps of Adam for the nets on XOR: a quarter of them on digits, twice as many in the wells."""

    steps: int = knob(1_000, low=1, high=100_000)


def nets(p: Parameters, hidden: int, seed: int, runs: int = 100, images: int = 0) -> Mapping[str, float]:
    """XOR, or that many digits: perceptrons with tanh from many starts, trained on all samples at once."""
    generator = torch.Generator().manual_seed(seed)
    corners = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    x, y = digits(generator).first(images)[:2] if images else (corners, (corners.sum(1) == 1).long())
    classes = int(y.max()) + 1
    sizes = [(x.shape[1], hidden), (1, hidden), (hidden, classes), (1, classes)]
    weights = [(torch.randn(runs, *size, generator=generator) / size[0] ** 0.5).requires_grad_() for size in sizes]
    optimizer = torch.optim.Adam(weights, lr=0.05)
    for _ in range(max(p.steps // 4, 1) if images else p.steps):
        scores = torch.tanh(x @ weights[0] + weights[1]) @ weights[2] + weights[3]  # (runs, samples, classes)
        losses = -scores.log_softmax(-1)[:, torch.arange(len(y)), y].mean(1)
        optimizer.zero_grad()
        torch.autograd.backward(losses.sum())
        optimizer.step()
    return {"success": float((losses < 0.01).float().mean()), "spread": float(losses.detach().std())}


def wells(p: Parameters, seed: int, barrier: float = 1.0, momentum: float = 0.0, noise: float = 0.0) -> Mapping[str, float]:
    """100 descents at a rate of 0.02, noise, if any, dying away, entering at x > 1, where b (x² - 1)² is 2 to 2.5."""
    generator = torch.Generator().manual_seed(seed)
    x = (1 + ((2 + 0.5 * torch.rand(100, generator=generator)) / barrier).sqrt()).sqrt()  # b (x² - 1)² is 2 to 2.5
    velocity = torch.zeros(100)
    for step in range(2 * p.steps):
        slope = (
            4 * barrier * x * (x**2 - 1) + 0.3 + noise * (1 - step / (2 * p.steps)) * torch.randn(100, generator=generator)
        )
        velocity = momentum * velocity + slope
        x = x - 0.02 * velocity
    return {"success": float((x < 0).float().mean()), "spread": float((barrier * (x**2 - 1) ** 2 + 0.3 * x).std())}


def experiment(p: Parameters) -> Experiment:
    """Nets of several widths, and three ways down a valley with two wells."""
    xor, images, well = partial(nets, p), partial(nets, p, runs=10, images=300), partial(wells, p)
    return Experiment(
        arms={
            "xor_2": partial(xor, 2),
            "xor_3": partial(xor, 3),
            "xor_8": partial(xor, 8),
            "digits_4": partial(images, 4),
            "digits_64": partial(images, 64),
            "descent": well,
            "momentum": partial(well, momentum=0.9),
            "momentum_4": partial(well, momentum=0.9, barrier=4.0),
            "noise": partial(well, noise=10.0),
        },
        metrics={name: itemgetter(name) for name in ("success", "spread")},
        claims={
            "two_get_stuck": Claim(lambda a: a.xor_2.success, below=0.85),
            "three_never_do": Claim(lambda a: a.xor_3.success == 1),
            "eight_never_do": Claim(lambda a: a.xor_8.success == 1),
            "width_evens_out": Claim(lambda a: a.digits_64.spread <= 0.02 and a.digits_4.spread >= 5 * a.digits_64.spread),
            "momentum_helps": Claim(lambda a: a.descent.success == a.momentum_4.success == 0 and a.momentum.success >= 0.9),
            "noise_shakes_out": Claim(lambda a: a.noise.success, above=0.5),
        },
    )
