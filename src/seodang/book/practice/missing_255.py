"""The assignment divides its test pixels by 255 but, it seems, not its training pixels. Is that a mistake?

No: torchvision's ToTensor, which the training loader applies, already divides by 255; `.data` bypasses it. What would a
real mismatch cost? ReLU(ax) = a ReLU(x), so only biases notice the scale of the input: W(x/a) + b = (Wx + ab)/a.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp

BYTE = 255


@dataclass(frozen=True)
class Parameters:
    """The assignment: 256 hidden units, batches of 256, Adam at 0.001; 784-256-10 on MNIST, 64-256-10 on digits."""

    data: str = knob("digits", choices=NAMES)
    width: int = knob(256, low=1, high=4096)
    lr: float = knob(1e-3, above=0, high=1)
    steps: int = knob(800, low=1, high=20_000)


def bias_free(sizes: list[int]) -> nn.Sequential:
    """The same net without biases."""
    inputs, width, outputs = sizes
    return nn.Sequential(nn.Linear(inputs, width, bias=False), nn.ReLU(), nn.Linear(width, outputs, bias=False))


def predictions(trained: Trained, scale: float) -> torch.Tensor:
    """(n,) the class given to each test image, its pixels in 0..scale."""
    with torch.no_grad():
        return torch.argmax(trained.model(trained.x_test * scale), dim=-1)


def raw_accuracy(trained: Trained) -> float:
    """The accuracy on test images whose pixels are left in 0..255."""
    return float((predictions(trained, BYTE) == trained.y_test).float().mean())


def agreement(trained: Trained) -> float:
    """The share of test images that get the same class in 0..1 as in 0..255."""
    return float((predictions(trained, 1) == predictions(trained, BYTE)).float().mean())


def experiment(p: Parameters) -> Experiment:
    """Nets trained on pixels in 0..1 or in 0..255; each is tested on both."""
    data = images(p.data)
    sizes = [data.pixels, p.width, data.classes]

    def raw(generator: torch.Generator) -> Split:
        split = data.draw(generator)
        return split._replace(x_train=split.x_train * BYTE)

    net, adam = partial(mlp, sizes), partial(torch.optim.Adam, lr=p.lr)
    divided = Training(data=data.draw, model=net, loss=F.cross_entropy, optimizer=adam, steps=p.steps, batch=256)
    return Experiment(
        kind="source",
        arms={
            "divided": divided,
            "raw": replace(divided, data=raw),
            "raw_zero_start": replace(divided, data=raw, model=partial(net, weights=nn.init.kaiming_normal_)),
            "raw_bias_free": replace(divided, data=raw, model=partial(bias_free, sizes)),
        },
        metrics={"accuracy": Trained.accuracy, "raw_accuracy": raw_accuracy, "agreement": agreement},
        claims={
            "mismatch_costs": Claim(lambda arms: arms.divided.accuracy - arms.raw.accuracy, above=0.05),
            "reverse_harmless": Claim(lambda arms: arms.divided.accuracy - arms.divided.raw_accuracy, below=0.02),
            "bias_free_same": Claim(lambda arms: arms.raw_bias_free.agreement == 1),
        },
    )
