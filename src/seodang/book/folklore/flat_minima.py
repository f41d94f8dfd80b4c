"""Do flat minima generalize and sharp ones not?

The output of a ReLU layer scales with its weights, so one layer can be multiplied by a and the next divided by it: the same
function, the same errors, another curvature of the loss (Dinh, Pascanu, Bengio & Bengio 2017). Two nets, from small and from
large batches, with the largest eigenvalue of the Hessian before and after.
"""

import copy
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp

BY = 10.0


@dataclass(frozen=True)
class Parameters:
    """One hidden layer of 16 units, 400 steps of SGD at 0.2, in batches of 8 and of 512; layers rescaled by 10."""

    data: str = knob("digits", choices=NAMES)
    lr: float = knob(0.2, above=0, high=10)
    steps: int = knob(400, low=1, high=20_000)


def rescaled(net: nn.Module, by: float) -> nn.Module:
    """The first layer times `by`, the second's weights divided by it: the same function."""
    net = copy.deepcopy(net)
    first, _, second = net.children()
    with torch.no_grad():
        for parameter in first.parameters():
            parameter.mul_(by)
        next(second.parameters()).div_(by)
    return net


def sharpness(trained: Trained, by: float = 1.0) -> float:
    """The largest eigenvalue in size of the Hessian of the training loss, by 30 rounds of the power method."""
    net = rescaled(trained.model, by).double()
    x, y = trained.x_train[:1_347].double(), trained.y_train[:1_347]
    names, values = zip(*net.named_parameters(), strict=True)

    def slope(*weights: Tensor) -> tuple[Tensor, ...]:
        loss = F.cross_entropy(functional_call(net, dict(zip(names, weights, strict=True)), x), y)
        return torch.autograd.grad(loss, weights, create_graph=True)

    weights = [value.detach().requires_grad_() for value in values]
    gradients, along, size = slope(*weights), [torch.ones_like(value) for value in values], 1.0
    for _ in range(30):
        along = [part / size for part in along]
        along = [part.detach() for part in torch.autograd.grad(gradients, weights, along, retain_graph=True)]
        size = float(torch.stack([part.square().sum() for part in along]).sum().sqrt())
    return size


def change(trained: Trained) -> float:
    """The largest change of an output by rescaling, over the largest output."""
    with torch.no_grad():
        x, model = trained.x_test.double(), copy.deepcopy(trained.model).double()
        return float((rescaled(model, BY)(x) - model(x)).abs().max() / model(x).abs().max())


def experiment(p: Parameters) -> Experiment:
    """The net of small batches and that of large ones, as they are and rescaled."""
    data = images(p.data)
    net, sgd = partial(mlp, [data.pixels, 16, data.classes]), partial(torch.optim.SGD, lr=p.lr)
    small = Training(data=data.draw, model=net, loss=F.cross_entropy, optimizer=sgd, steps=p.steps, batch=8)
    return Experiment(
        arms={"small": small, "large": replace(small, batch=512)},
        metrics={"accuracy": Trained.accuracy, "sharp": sharpness, "stretched": partial(sharpness, by=BY), "change": change},
        claims={
            "same_function": Claim(lambda arms: max(arms.small.change, arms.large.change), below=1e-9),
            "other_sharpness": Claim(lambda arms: arms.small.stretched / arms.small.sharp, above=10),
            "sharper_is_better": Claim(lambda a: (a.large.sharp > a.small.sharp) == (a.large.accuracy > a.small.accuracy)),
            "order_is_reversed": Claim(
                lambda a: min(a.small.stretched, a.large.stretched) > max(a.small.sharp, a.large.sharp)
            ),
        },
    )
