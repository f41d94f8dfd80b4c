"""Which trainings take the same step but for its numbers, so that their replicas can be stacked in one program.

Arms that differ in learning rate, weight decay, optimizer, schedule, clipping, dropout rate, initialization or data have
steps of one shape: those numbers are a row's own. Arms that differ in a layer have not, and run as programs side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import FunctionType
from typing import Any

import torch
from torch import nn

from seodang.experiment import Supervised, Training
from seodang.training.dropout import MASKABLE
from seodang.training.replica import Replica

PLAIN = (type(None), bool, int, float, str, bytes, set, torch.dtype, torch.device)
OWN = ("_parameters", "_buffers", "_modules")
"""What a module's attributes hold that is compared by shape, not by value."""


def kin_of(trainings: Sequence[Training]) -> list[Training]:
    """For each training the first one whose step it shares; itself where there is none."""
    found: list[tuple[Training, nn.Module]] = []
    result = []
    for training in trainings:
        with torch.device("meta"):
            model = training.model()
        for other, others in found:
            if same_step(training, model, other, others):
                result.append(other)
                break
        else:
            found.append((training, model))
            result.append(training)
    return result


def same_step(one: Training, one_model: nn.Module, other: Training, other_model: nn.Module) -> bool:
    """Whether one step of the one is a step of the other but for numbers that are inputs to it."""
    if any(getattr(one, name) != getattr(other, name) for name in ("steps", "batch", "accumulate")):
        return False
    if (one.noise is None) != (other.noise is None) or len(one.players) != len(other.players):
        return False
    turns = zip(one.players, other.players, strict=True)
    return all(a.of == b.of and alike(a.objective, b.objective) for a, b in turns) and _same_modules(one_model, other_model)


def shapes(replica: Replica) -> tuple[Any, ...]:
    """What must be equal among stacked replicas beside their step: the shapes and types of a batch, masks and noise, and
    whether they are validated."""
    parts = (replica.x_train, replica.y_train)
    masks = tuple((name, shape) for name, (_, shape) in replica.masks.drawn.items())
    noise = replica.any_batch().noise
    kind = None if noise is None else (noise.shape, noise.dtype)
    validated = replica.training.stopping is not None
    return (*((part.shape[1:], part.dtype) for part in parts), replica.batch, masks, kind, validated)


def alike(one: Any, other: Any) -> bool:
    """Whether two values are interchangeable: the same function, equal plain values, or alike in all their parts."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, PLAIN):
        return bool(one == other)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, partial):
        return alike((one.func, one.args, one.keywords), (other.func, other.args, other.keywords))
    if isinstance(one, Supervised):
        return alike(one.loss, other.loss)
    if isinstance(one, nn.Module):
        return not any(one.parameters()) and not any(other.parameters()) and _same_modules(one, other)
    if isinstance(one, FunctionType):
        return one.__code__ is other.__code__ and alike(_closed_over(one), _closed_over(other))
    return False


def _closed_over(function: FunctionType) -> tuple[Any, ...]:
    """What a function made anew by every call of another holds: its defaults and the variables around it."""
    cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
    return (function.__defaults__, function.__kwdefaults__, cells)


def _same_modules(one: nn.Module, other: nn.Module) -> bool:
    ones, others = (list(model.named_modules(remove_duplicate=False)) for model in (one, other))
    if [(name, type(module)) for name, module in ones] != [(name, type(module)) for name, module in others]:
        return False
    if _tensors(one) != _tensors(other):
        return False
    return all(alike(_attributes(a), _attributes(b)) for (_, a), (_, b) in zip(ones, others, strict=True))


def _tensors(model: nn.Module) -> list[Any]:
    """Name, shape, type, whether it is trained, and the first name it goes by, of each parameter and buffer."""
    first: dict[int, str] = {}
    listed = []
    for named in (model.named_parameters, model.named_buffers):
        for name, tensor in named(remove_duplicate=False):
            first.setdefault(id(tensor), name)
            listed.append((name, tensor.shape, tensor.dtype, tensor.requires_grad, first[id(tensor)]))
    return listed


def _attributes(module: nn.Module) -> dict[str, Any]:
    """What a module holds beside its tensors and parts. The rate of a dropout layer is in its masks, which are inputs."""
    ignored = (*OWN, "p") if type(module) in MASKABLE else OWN
    return {name: value for name, value in vars(module).items() if name not in ignored}
