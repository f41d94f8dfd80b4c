"""The stacked step captured once as a flat list of tensor operations, and replayed.

Stacked (`stacked.py`), a step still pays for vmap, for autograd and for the module's Python on every call. `make_fx` writes
down, once, the operations that one step performs; replaying them is the step without that cost, and TorchScript replays them
without Python between them. Parameters and gradients each lie in one flat buffer, so that the optimizer is one operation.
"""

from __future__ import annotations

import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.fx import GraphModule
from torch.fx.experimental.proxy_tensor import make_fx

from seodang.experiment import Training
from seodang.training.simplify import simplified
from seodang.training.stacked import Stacked, clip_norms

Step = Callable[..., tuple[Tensor, ...]]
CAPTURING = threading.Lock()
STEPS: OrderedDict[tuple[int, int, torch.device], tuple[Training, Step]] = OrderedDict()
"""Captured steps by training and number of replicas; the training is kept, so that its id stays its own."""
REMEMBERED = 16
ALIGNED = 16
"""Numbers a cache line holds (64 bytes of float32)."""


class Captured(Stacked):
    """Stacked replicas whose step is a captured graph."""

    worth_a_thread = 2

    def __init__(self, training: Training, seeds: Sequence[int], device: torch.device) -> None:
        super().__init__(training, seeds, device)
        flat, views = _laid_out(self.parameters)
        gradient, self.gradients = _laid_out(self.parameters)
        for name, value in self.parameters.items():
            views[name].copy_(value.detach())
        self.parameters = views
        whole = torch.nn.Parameter(flat)
        whole.grad = gradient
        self.optimizer = training.optimizer([whole])
        _fuse(self.optimizer)
        self.replay: Step | None = None

    @torch.no_grad()
    def update(self, x: Tensor, y: Tensor, masks: dict[str, Tensor]) -> Tensor:
        """One update of every replica, replayed."""
        inputs = [*self.parameters.values(), *self.buffers.values(), *masks.values(), x, y]
        if self.replay is None:
            self.replay = self._captured(list(masks), inputs)
        *gradients, losses = self.replay(*inputs)
        if self.training.clip is not None:
            clip_norms(gradients, self.training.clip)
        torch._foreach_copy_(list(self.gradients.values()), gradients)
        self.optimizer.step()
        return losses

    def _captured(self, masks: list[str], inputs: list[Tensor]) -> Step:
        """The step of this training for this many replicas, written down by the first program that needs it."""
        key = (id(self.training), len(self.replicas), self.device)
        with CAPTURING:  # one thread at a time
            if key not in STEPS:
                STEPS[key] = (self.training, self._capture(masks, inputs))
                while len(STEPS) > REMEMBERED:
                    STEPS.popitem(last=False)
            return STEPS[key][1]

    def _capture(self, masks: list[str], inputs: list[Tensor]) -> Step:
        """The operations of one step, written down with copies so that tracing changes no running statistic."""
        names, buffers = list(self.parameters), list(self.buffers)

        def step(*values: Tensor) -> tuple[Tensor, ...]:
            given = list(values)
            parameters = dict(zip(names, given, strict=False))
            state = dict(zip(buffers, given[len(names) :], strict=False))
            drawn = dict(zip(masks, given[len(names) + len(buffers) :], strict=False))
            gradients, losses = self.gradient(parameters, state, drawn, given[-2], given[-1])
            return (*(gradients[name] for name in names), losses)

        copies = [value.clone() for value in inputs]
        graph = simplified(make_fx(step)(*copies))
        return _scripted(graph, copies) or graph


def _laid_out(parameters: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
    """One flat buffer of zeros, and a view of it for each stacked parameter, each beginning at a cache line.

    Where a tensor begins decides which kernels read it; if that depended on the number of replicas, so would their numbers.
    """
    sizes = [-(-value.numel() // ALIGNED) * ALIGNED for value in parameters.values()]
    flat = next(iter(parameters.values())).new_zeros(sum(sizes))
    views = {}
    start = 0
    for (name, value), size in zip(parameters.items(), sizes, strict=True):
        views[name] = flat[start : start + value.numel()].view_as(value)
        start += size
    return flat, views


def _fuse(optimizer: torch.optim.Optimizer) -> None:
    """Have the update done by one kernel where torch has one for this optimizer."""
    fusable = (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.Adagrad)
    if type(optimizer) not in fusable:
        return
    for group in optimizer.param_groups:
        if not (group.get("differentiable") or group.get("maximize")):
            group["fused"], group["foreach"] = True, False


def _scripted(graph: GraphModule, inputs: list[Tensor]) -> Step | None:
    """The graph as TorchScript, which runs without Python between operations; None where TorchScript refuses it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            traced: Step = torch.jit.trace(graph, inputs, check_trace=False)  # type: ignore[no-untyped-call]
        return traced
    except RuntimeError:  # a graph with BatchNorm holds arguments that it cannot express
        return None
