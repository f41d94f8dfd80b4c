"""What is stochastic in SGD, and what is the difference between batch, minibatch and single-sample descent?

The gradient of a random batch is the whole gradient plus noise: right on average, with a variance of 1/B (Robbins & Monro
1951; Bottou, Curtis & Nocedal 2018). One network on digits: the last layer's gradient at the start, from drawn batches of
several sizes; and ten epochs with each size at one rate (Wilson & Martinez 2003), the whole set also with as many updates as
batches of 32.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp

IMAGES = 1_347


@dataclass(frozen=True)
class Parameters:
    """The rate that all share, and the epochs."""

    data: str = knob("digits", choices=NAMES)
    lr: float = knob(0.1, above=0, high=10)
    epochs: int = knob(10, low=1, high=100)


def singles(trained: Trained) -> Tensor:
    """(images, classes * hidden) the gradient of the last layer's weights for each training image, at the start."""
    *below, last = trained.initial.double().children()
    hidden = nn.Sequential(*below)(trained.x_train.double()).detach()
    scores = last(hidden).detach()
    error = scores.softmax(1) - F.one_hot(trained.y_train, scores.shape[1])
    return torch.einsum("nc,nh->nch", error, hidden).flatten(1)


def bias(trained: Trained) -> float:
    """How far the mean of all single gradients is, at most, from the gradient of the whole loss by autograd."""
    loss = F.cross_entropy(trained.initial.double()(trained.x_train.double()), trained.y_train)
    whole = torch.autograd.grad(loss, [*trained.initial.parameters()][-2])[0]
    return float((singles(trained).mean(0) - whole.flatten()).abs().max())


def exponent(trained: Trained) -> float:
    """The slope of log variance over log batch size, from 300 batches of each size: -1 where the variance is 1/B."""
    each, sizes = singles(trained), (1, 4, 16, 64)
    generator = torch.Generator().manual_seed(trained.seed)
    drawn = (each[torch.randint(len(each), (300, size), generator=generator)].mean(1) for size in sizes)
    y = torch.stack([gradients.var(0).sum().log() for gradients in drawn])
    x = torch.tensor(sizes, dtype=y.dtype).log()
    return float(torch.linalg.lstsq(torch.stack([x, torch.ones_like(x)], dim=1), y).solution[0])


def experiment(p: Parameters) -> Experiment:
    """Ten epochs with each batch size, and the whole set with more updates."""
    data = images(p.data)

    single = Training(
        data=data.draw,
        model=partial(mlp, [data.pixels, 64, data.classes]),
        loss=F.cross_entropy,
        optimizer=partial(torch.optim.SGD, lr=p.lr),
        steps=p.epochs * IMAGES,
        batch=1,
    )

    def batches(size: int, as_many_as: int | None = None) -> Training:
        return replace(single, batch=size, steps=p.epochs * IMAGES // (as_many_as or size))

    arms = {"single": single, "batch_32": batches(32), "batch_128": batches(128), "whole": batches(IMAGES)}
    return Experiment(
        arms={**arms, "whole_longer": batches(IMAGES, as_many_as=32)},
        metrics={
            "accuracy": Trained.accuracy,
            "updates": lambda trained: float(len(trained.losses)),
            "bias": bias,
            "exponent": exponent,
        },
        claims={
            "unbiased": Claim(lambda a: a.single.bias, below=1e-6),
            "one_over_b": Claim(lambda a: abs(a.single.exponent + 1), below=0.05),
            "updates_count": Claim(lambda a: a.single.accuracy - a.whole.accuracy, above=0.5),
            "whole_needs_steps": Claim(lambda a: abs(a.whole_longer.accuracy - a.batch_32.accuracy), below=0.02),
        },
    )
