"""What does a small minibatch gain, and what does it lose?

Gained: more updates for the same images (Masters & Luschi 2018). Lost: each update is noisier, by 1/B in variance, and the
machine idles, since a batch of one takes nearly as long as one of a hundred; and batch normalization cannot be trained on a
single sample. One network on digits, in plain PyTorch: images until a test loss is reached, and images a second.
"""

import math
import timeit
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """The test loss to be reached, and how many images may be seen on the way."""

    target: float = knob(0.4, above=0, high=10)
    budget: int = knob(8_192, low=128, high=1_000_000)


def trained(p: Parameters, batch: int, lr: float, seed: int) -> Mapping[str, float]:
    """Images and steps until the target; images a second at best; whether batch normalization can take the batch."""
    generator = torch.Generator().manual_seed(seed)
    x, y, x_test, y_test = digits(generator)
    torch.manual_seed(seed)
    net = mlp([64, 64, 10])
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)

    def step() -> None:
        rows = torch.randint(len(x), (batch,), generator=generator)
        optimizer.zero_grad()
        torch.autograd.backward(F.cross_entropy(net(x[rows]), y[rows]))
        optimizer.step()

    seen = math.nan
    for images in range(batch, p.budget + 1, batch):
        step()
        if images % 128 == 0 and float(F.cross_entropy(net(x_test), y_test).detach()) < p.target:
            seen = images
            break
    seconds = min(timeit.repeat(step, number=4, repeat=25)) / 4
    try:
        nn.BatchNorm1d(64)(x[:batch])
        normalizes = 1.0
    except ValueError:
        normalizes = 0.0
    return {"images": seen, "steps": seen / batch, "rate": batch / seconds, "normalizes": normalizes}


def experiment(p: Parameters) -> Experiment:
    """Three batch sizes, each at a rate that suits it."""
    return Experiment(
        kind="measurement",
        arms={f"batch_{b}": partial(trained, p, b, lr) for b, lr in ((1, 0.05), (16, 0.5), (128, 1.0))},
        metrics={name: itemgetter(name) for name in ("images", "steps", "rate", "normalizes")},
        claims={
            "fewer_images": Claim(lambda a: a.batch_128.images / a.batch_1.images, above=2),
            "more_steps": Claim(lambda a: a.batch_1.steps / a.batch_128.steps, above=5),
            "machine_idles": Claim(lambda a: a.batch_128.rate / a.batch_1.rate, above=20),
            "batchnorm_refuses_one": Claim(lambda a: a.batch_1.normalizes == 0 and a.batch_16.normalizes == 1),
        },
    )
