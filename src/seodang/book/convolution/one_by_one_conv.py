"""Why use 1 x 1 convolutions, which see a single pixel?

A 1 x 1 convolution is one linear layer applied at every pixel: it mixes channels and nothing else (Lin, Chen & Yan 2014). A
net of nothing but 1 x 1 convolutions and a global mean cannot tell an image from the same pixels in another order: it can
know how often each grey occurs. So does the fourth net here, which is told nothing else.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob

SIDE, GREYS = 8, 17


@dataclass(frozen=True)
class Parameters:
    """Filters of the first two convolutions, and a rate that falls to 0, so that every net ends converged."""

    filters: int = knob(8, low=1, high=64)
    lr: float = knob(0.03, above=0, high=1)
    steps: int = knob(400, low=1, high=5000)


def convolved(inputs: int, outputs: int, kernel: int) -> tuple[nn.Module, ...]:
    """A convolution that keeps the size of the maps, batch normalization, ReLU."""
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2), nn.BatchNorm2d(outputs), nn.ReLU()


def net(filters: int, kernels: tuple[int, int]) -> nn.Sequential:
    """Two convolutions of the first kernel, one of the second, the mean of each map, and a linear layer."""
    first, second = kernels
    return nn.Sequential(
        nn.Unflatten(1, (1, SIDE, SIDE)),
        *(*convolved(1, filters, first), *convolved(filters, filters, first), *convolved(filters, 2 * filters, second)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2 * filters, 10)),
    )


class Counts(nn.Module):
    """The share of each of the 17 greys among the pixels; of (batch, pixels)."""

    def forward(self, x: Tensor) -> Tensor:
        greys = torch.arange(GREYS, dtype=x.dtype, device=x.device) / (GREYS - 1)
        return (x[..., None] == greys).to(x.dtype).mean(-2)


def counting(filters: int) -> nn.Sequential:
    """Two linear layers that are told how often each grey occurs, and nothing else."""
    wide = 2 * filters
    return nn.Sequential(Counts(), nn.Linear(GREYS, wide), nn.BatchNorm1d(wide), nn.ReLU(), nn.Linear(wide, 10))


def scrambled(trained: Trained) -> float:
    """The share of test images whose predicted class stays when each image's pixels are put in another order."""
    draw = torch.Generator().manual_seed(trained.seed)
    order = torch.rand(trained.x_test.shape, generator=draw).argsort(1)
    with torch.no_grad():
        said, again = (trained.model(x).argmax(-1) for x in (trained.x_test, trained.x_test.gather(1, order)))
    return float((said == again).float().mean())


def linear_gap(trained: Trained) -> float:
    """How far a 1 x 1 convolution is from the linear layer with its weights, applied at every pixel."""
    draw = torch.Generator().manual_seed(trained.seed)
    x = torch.randn(4, 256, 7, 7, generator=draw, dtype=torch.double)
    w = torch.randn(64, 256, generator=draw, dtype=torch.double)
    at_pixels = F.linear(x.permute(0, 2, 3, 1), w).permute(0, 3, 1, 2)
    return float((F.conv2d(x, w[:, :, None, None]) - at_pixels).abs().max())


def parameters(trained: Trained) -> float:
    """All that is trained."""
    return sum(p.numel() for p in trained.model.parameters())


def experiment(p: Parameters) -> Experiment:
    """Nothing but 1 x 1; nothing but 3 x 3; 3 x 3 followed by 1 x 1; and the greys counted."""
    adam, falling = partial(torch.optim.Adam, lr=p.lr), partial(torch.optim.lr_scheduler.CosineAnnealingLR, T_max=p.steps)
    model = partial(net, p.filters, (1, 1))
    pointwise = Training(data=digits, model=model, loss=F.cross_entropy, optimizer=adam, schedule=falling, steps=p.steps)
    spatial, mixed = (replace(pointwise, model=partial(net, p.filters, kernels)) for kernels in ((3, 3), (3, 1)))
    counted = replace(pointwise, model=partial(counting, p.filters))
    return Experiment(
        arms={"pointwise": pointwise, "spatial": spatial, "mixed": mixed, "counted": counted},
        metrics={"accuracy": Trained.accuracy, "scrambled": scrambled, "linear_gap": linear_gap, "parameters": parameters},
        claims={
            "is_linear": Claim(lambda a: a.pointwise.linear_gap, below=1e-6),
            "order_is_nothing": Claim(lambda a: a.pointwise.scrambled, above=0.99),
            "context_is_needed": Claim(lambda a: a.spatial.accuracy - a.pointwise.accuracy, above=0.4),
            "counts_are_all": Claim(lambda a: a.pointwise.accuracy - a.counted.accuracy, below=0.05),
        },
    )
