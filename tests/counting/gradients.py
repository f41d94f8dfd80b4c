"""The receptive field as the gradient has it: which pixels move a unit, in a network whose weights are all positive."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


def positive(module: nn.Module) -> nn.Module:
    """A copy in which nothing cancels and nothing is switched off: a maximum, which one pixel wins, becomes a mean."""
    module = copy.deepcopy(module)
    for weight in module.parameters():
        nn.init.constant_(weight, 0.01)
    for name, child in list(module.named_modules()):
        parent = module.get_submodule(name.rpartition(".")[0])
        if isinstance(child, nn.MaxPool2d):
            new: nn.Module = nn.AvgPool2d(child.kernel_size, child.stride, child.padding, child.ceil_mode)
        elif isinstance(child, nn.ReLU):
            new = nn.Identity()
        else:
            continue
        setattr(parent, name.rpartition(".")[2], new)
    return module.double().eval()


def moved_by(output: Tensor, x: Tensor, row: int) -> tuple[int, int] | None:
    """The first and the last row of the input that move the units of this row; None if none does."""
    (gradient,) = torch.autograd.grad(output[0, :, row].sum(), x, retain_graph=True)
    rows = gradient[0].abs().sum(dim=(0, 2)).nonzero().flatten().tolist()
    return (rows[0], rows[-1]) if rows else None
