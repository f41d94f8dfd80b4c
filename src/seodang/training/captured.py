"""The stacked step captured once as a flat list of tensor operations, and replayed.

Stacked (`stacked.py`), a step still pays for vmap, for autograd and for the module's Python on every call. `make_fx` writes
down, once, the operations that one step performs; replaying them is the step without that cost, and TorchScript replays them
without Python between them. Parameters and gradients each lie in one matrix, so that an update is one operation.
"""

from __future__ import annotations

import gc
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, Generic, TypeVar

import torch
import torch._dynamo  # torch.func imports it with its first gradient (0.8 s): better with this module than in the first step
from torch import Tensor, nn
from torch.fx import GraphModule
from torch.fx.experimental.proxy_tensor import make_fx

from seodang.training.constants import IGNORED
from seodang.training.replay import SCRIPTED, Hand, Played, Steps, scripted
from seodang.training.replica import Replica
from seodang.training.rows import Player
from seodang.training.samples import Portion
from seodang.training.simplify import simplified
from seodang.training.stacked import Stacked
from seodang.training.updates import Scripted, scripted_update, state_of

Step = Callable[[list[Tensor]], list[Tensor]]
"""Parameters, buffers, masks, inputs, targets and noise in; a gradient a parameter and the losses out, with all replicas."""
CAPTURING = threading.RLock()
Made = TypeVar("Made")


class Remembered(Generic[Made]):
    """The last few things made, by a key of ids; what the ids stand for is kept, so that they stay its own."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.known: OrderedDict[tuple[Any, ...], tuple[Any, Made]] = OrderedDict()

    def get(self, key: tuple[Any, ...], kept: Any, make: Callable[[], Made]) -> Made:
        """The thing of this key, made if it is not there."""
        if key not in self.known:
            self.known[key] = (kept, make())
            while len(self.known) > self.most:
                self.known.popitem(last=False)
        return self.known[key][1]


STEPS: Remembered[Step] = Remembered(64)
"""Captured steps."""
MANY: Remembered[Callable[..., Tensor]] = Remembered(64)
"""Captured steps with their updates, many in a call."""


class Captured(Stacked):
    """Stacked replicas whose step is a captured graph."""

    worth_a_thread = 2

    def __init__(self, replicas: Sequence[Replica]) -> None:
        super().__init__(replicas)
        for player in self.players:
            for update in player.updates:
                _fuse(update.optimizer)
        self.replays: dict[int, Step] = {}
        self.begun = False
        self.steps: Callable[..., Tensor] | None = None
        self.hands: list[Hand] = []

    def updates(self, portion: Portion) -> Tensor:
        """The first step writes the step down and begins the optimizers' state; the others are replayed, many in a call."""
        if not self.begun:
            self.begun = True
            first = self.update(portion, 0)[None]
            self.steps = self._many()
            return torch.cat([first, self.updates(portion.since(1))]) if len(portion.order) > 1 else first
        if self.steps is None:
            return super().updates(portion)
        rates = [[[update.next_rate() for update in p.updates] for p in self.players] for _ in range(len(portion.order))]
        sets = (self.samples.x, self.samples.y)
        return self.steps(self.hands, *sets, portion.order, list(portion.masks.values()), list(portion.noise), rates)

    def _many(self) -> Callable[..., Tensor] | None:
        """Many steps as one program, where TorchScript has taken the step and can do every optimizer's update."""
        with CAPTURING:
            steps = [self.replays[player.number] for player in self.players]
            updates = [[made for made in map(scripted_update, p.updates) if made is not None] for p in self.players]
            whole = all(len(made) == len(p.updates) for made, p in zip(updates, self.players, strict=True))
            if not whole or not all(isinstance(step, torch.jit.ScriptModule) for step in steps):
                return None
            self.hands = [self._hand(*both) for both in zip(self.players, updates, strict=True)]
            trainings = [update.training for update in self.players[0].updates]
            return MANY.get((*self._key(), *map(id, trainings)), trainings, partial(_played, steps, updates))

    def _hand(self, player: Player, updates: Sequence[Scripted]) -> Hand:
        return Hand(
            held=[*player.views.values(), *self.fixed(player).values()],
            views=list(player.gradients.values()),
            matrices=[block.gradient for block in player.blocks],
            clip=[] if player.clip is None else [player.clip],
            parameters=[[one.detach() for one in update.parameters] for update in player.updates],
            gradients=[[one.grad for one in update.parameters if one.grad is not None] for update in player.updates],
            states=[state_of(update, made.kinds) for update, made in zip(player.updates, updates, strict=True)],
        )

    def asked_for(
        self, player: Player, masks: dict[str, Tensor], x: Tensor, y: Tensor, noise: tuple[Tensor, ...]
    ) -> tuple[Sequence[Tensor], Tensor]:
        inputs = [*player.views.values(), *self.fixed(player).values(), *masks.values(), x, y, *noise]
        if player.number not in self.replays:
            self.replays[player.number] = self._captured(player, list(masks), inputs)
        *gradients, losses = self.replays[player.number](inputs)
        return gradients, losses

    @cached_property
    def complete(self) -> bool:
        """Whether no target is of the class that torch's losses leave out."""
        return not any(bool((replica.y_train == IGNORED).any()) for replica in self.replicas)

    def _key(self) -> tuple[Any, ...]:
        return (type(self), id(self.kin), len(self.replicas), self.complete, self.device)

    def _captured(self, player: Player, masks: list[str], inputs: list[Tensor]) -> Step:
        """The step of this training for this many replicas, written down by the first program that needs it."""
        with CAPTURING:  # one thread at a time
            key = (*self._key(), player.number)
            return STEPS.get(key, [self.kin], partial(self._capture, player, masks, inputs))

    def _capture(self, player: Player, masks: list[str], inputs: list[Tensor]) -> Step:
        """The operations of one turn, written down with copies so that tracing changes no running statistic."""
        gradient, names, fixed = self.gradient(player), list(player.views), list(self.fixed(player))
        edges = (len(names), len(names) + len(fixed), len(names) + len(fixed) + len(masks))

        def step(*values: Tensor) -> tuple[Tensor, ...]:
            given = list(values)
            parameters = dict(zip(names, given, strict=False))
            state = dict(zip(fixed, given[edges[0] :], strict=False))
            drawn = dict(zip(masks, given[edges[1] :], strict=False))
            x, y, *noise = given[edges[2] :]
            gradients, losses = gradient(parameters, state, drawn, x, y, tuple(noise))
            return (*(gradients[name] for name in names), losses)

        copies = [torch.empty_strided(v.shape, v.stride(), dtype=v.dtype, device=v.device).copy_(v) for v in inputs]
        graph = self.quickened(_written_down(step, copies))
        graph = simplified(graph, len(self.replicas), edges[2] + 1 if self.complete else None)
        listed = Listed(graph)
        return _scripted(listed, copies) or listed

    def quickened(self, graph: GraphModule) -> GraphModule:
        """Where a strategy has better operations than those written down."""
        return graph


def _written_down(step: Callable[..., Any], inputs: list[Tensor]) -> GraphModule:
    """The operations of a step. Tried on tensors without numbers, which is quicker; some operations only run on real ones.

    Meanwhile nothing is collected: the many small objects of tracing would have the collector look through all of torch.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return make_fx(step, tracing_mode="fake")(*inputs)
            except Exception:  # what is the author's will come again
                return make_fx(step)(*inputs)
    finally:
        if collecting:
            gc.enable()


def _fuse(optimizer: torch.optim.Optimizer) -> None:
    """Have the update done by one kernel where torch has one for this optimizer."""
    fusable = (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.Adagrad)
    if type(optimizer) not in fusable:
        return
    for group in optimizer.param_groups:
        if not (group.get("differentiable") or group.get("maximize")):
            group["fused"], group["foreach"] = True, False


def _played(steps: Sequence[Any], updates: Sequence[Sequence[nn.Module]]) -> Callable[..., Tensor]:
    return scripted(Steps([Played(*both) for both in zip(steps, updates, strict=True)]))


class Listed(nn.Module):
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
