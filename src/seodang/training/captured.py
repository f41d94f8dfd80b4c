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
from seodang.training.replay import SCRIPTED, Steps, fused_update, scripted
from seodang.training.simplify import simplified
from seodang.training.stacked import Stacked, clip_norms

Step = Callable[[list[Tensor]], list[Tensor]]
"""Parameters, buffers, masks, inputs and targets in; a gradient a parameter and the losses out, each with all replicas."""
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
        self.whole = torch.nn.Parameter(flat)
        self.whole.grad = gradient
        self.optimizer = training.optimizer([self.whole])
        _fuse(self.optimizer)
        self.replay: Step | None = None
        self.steps: Callable[..., Tensor] | None = None

    @torch.no_grad()
    def advance(self, steps: int) -> Tensor:
        """The first step writes the step down and begins the optimizer's state; the others are replayed, many in a call."""
        losses = [] if self.replay else [super().advance(1).T]
        if self.steps is None:
            self.steps = self._many()
        left = steps - len(losses)
        if self.steps is None:
            losses.append(super().advance(left).T)
        else:
            held = [*self.parameters.values(), *self.buffers.values()]
            clip = self.training.clip or 0.0
            gradients = list(self.gradients.values())
            for x, y, masks in self.samples.portions(left):
                made = self.steps(held, list(masks.values()), x, y, self.whole, self.whole.grad, gradients, clip)
                losses.append(made[:, : self.asked].cpu())
        return torch.cat(losses).T

    def _many(self) -> Callable[..., Tensor] | None:
        """Many steps as one program, where TorchScript has taken the step and can do the optimizer's update."""
        update = fused_update(self.optimizer)
        if update is None or not isinstance(self.replay, torch.jit.ScriptModule):
            return None
        with CAPTURING:
            many: Callable[..., Tensor] = scripted(Steps(self.replay, update))
        return many

    @torch.no_grad()
    def update(self, x: Tensor, y: Tensor, masks: dict[str, Tensor]) -> Tensor:
        """One update of every replica, replayed."""
        inputs = [*self.parameters.values(), *self.buffers.values(), *masks.values(), x, y]
        if self.replay is None:
            self.replay = self._captured(list(masks), inputs)
        *gradients, losses = self.replay(inputs)
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
        listed = Listed(graph)
        return _scripted(listed, copies) or listed


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


class Listed(torch.nn.Module):
    """A captured graph that takes and gives lists, as TorchScript's loop over it does."""

    def __init__(self, graph: GraphModule) -> None:
        super().__init__()
        for node in graph.graph.nodes:
            node.target = SCRIPTED.get(node.target, node.target)
        graph.recompile()
        self.graph = graph

    def forward(self, inputs: list[Tensor]) -> list[Tensor]:
        return list(self.graph(*inputs))


def _scripted(graph: Listed, inputs: list[Tensor]) -> Step | None:
    """The graph as TorchScript, which runs without Python between operations; None where TorchScript refuses it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            traced: Step = torch.jit.trace(graph, (inputs,), check_trace=False, strict=False)  # type: ignore[no-untyped-call]
        return traced
    except RuntimeError:  # some operations have arguments that it cannot express (see replay.py)
        return None
