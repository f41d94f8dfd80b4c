"""Can a CNN be applied to sequences, and how far back does it remember?

A causal convolution sees a step and those before it; doubling the distance of its taps from layer to layer lets the view
grow exponentially (van den Oord et al. 2016; Bai, Kolter & Koltun 2018). On the adding problem the sum of two marked numbers
is asked for at the end: a view shorter than the sequence cannot know it.
"""

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.adding import adding
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.tcn import CausalConv1d


@dataclass(frozen=True)
class Parameters:
    """Length of the sequences, channels, and training."""

    length: int = knob(40, low=4, high=200)
    channels: int = knob(16, low=1, high=64)
    lr: float = knob(0.01, above=0, high=1)
    steps: int = knob(1200, low=1, high=20_000)


class Net(nn.Module):
    """Causal convolutions of width 3 and a linear layer on the last step; of (batch, time, inputs)."""

    def __init__(self, channels: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        sizes = [2, *[channels] * len(dilations)]
        layers = ((CausalConv1d(n, channels, 3, d), nn.ReLU()) for n, d in zip(sizes, dilations, strict=False))
        self.layers = nn.Sequential(*chain.from_iterable(layers))
        self.head = nn.Linear(channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.head(self.layers(x.transpose(1, 2))[:, :, -1])
        return answer


def reached(trained: Trained) -> float:
    """How many of the last steps a change of the input can move the answer from: steps with a gradient, from the first."""
    dilations = tuple(x.convolution.dilation[0] for x in trained.model.modules() if isinstance(x, CausalConv1d))
    net = Net(2, dilations)
    x = torch.zeros(1, 200, 2, requires_grad=True)
    for weight in net.parameters():
        nn.init.ones_(weight)
    (slope,) = torch.autograd.grad(net(x).sum(), x)
    return 200 - int((slope[0].abs().sum(-1) != 0).nonzero()[0])


def looks_ahead(trained: Trained) -> float:
    """How much the maps of the first half of a sequence change when its second half is replaced."""
    x = trained.x_test[:64].transpose(1, 2)
    half = x.shape[-1] // 2
    other = torch.cat([x[..., :half], x.flip(0)[..., half:]], dim=-1)
    with torch.no_grad():
        before, after = (trained.model.layers(z)[..., :half] for z in (x, other))  # type: ignore[operator]
    return float((before - after).abs().max())


def experiment(p: Parameters) -> Experiment:
    """Five layers: dilated, not dilated; and three dilated layers."""
    adam, falling = partial(torch.optim.Adam, lr=p.lr), partial(torch.optim.lr_scheduler.CosineAnnealingLR, T_max=p.steps)
    data = partial(adding, length=p.length)
    model = partial(Net, p.channels, (1, 2, 4, 8, 16))
    dilated = Training(data=data, model=model, loss=F.mse_loss, optimizer=adam, schedule=falling, steps=p.steps, batch=32)
    return Experiment(
        arms={
            "dilated": dilated,
            "undilated": replace(dilated, model=partial(Net, p.channels, (1,) * 5)),
            "three_layers": replace(dilated, model=partial(Net, p.channels, (1, 2, 4))),
        },
        metrics={"error": Trained.test_loss, "reached": reached, "looks_ahead": looks_ahead},
        claims={
            "learns": Claim(lambda a: a.dilated.error, below=0.01),
            "view_is_63": Claim(lambda a: (a.dilated.reached, a.undilated.reached, a.three_layers.reached) == (63, 11, 15)),
            "short_view_fails": Claim(lambda a: min(a.undilated.error, a.three_layers.error), above=0.08),
            "never_looks_ahead": Claim(lambda a: max(a.dilated.looks_ahead, a.undilated.looks_ahead) == 0),
        },
    )
