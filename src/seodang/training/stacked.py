"""Replicas stacked along a leading axis and trained as one program (torch.func: functional_call, vmap, grad).

Small networks are bound by the cost of starting operations, not by arithmetic; stacked, one operation serves all replicas.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from seodang.experiment import Batch
from seodang.training.dropout import begin
from seodang.training.program import Program
from seodang.training.replica import Replica
from seodang.training.rows import Player, players
from seodang.training.samples import TOGETHER, Portion, Samples, gathered
from seodang.training.sight import Sight, by_row, evaluated, norms

Gradient = Callable[..., tuple[dict[str, Tensor], Tensor]]
"""Of (parameters of the turn, everything else, masks, x, y, noise), each with all replicas: gradients and losses."""


class Objective(nn.Module):
    """A turn's objective as a module around the model, so that functional_call can put other parameters in its place."""

    def __init__(self, model: nn.Module, objective: Callable[[Any, Batch], Tensor]) -> None:
        super().__init__()
        self.model = model
        self.objective = objective

    def forward(self, *batch: Tensor) -> Tensor:
        return self.objective(self.model, Batch(*batch))


class Stacked(Program):
    """Every parameter of every replica in one matrix, a row a replica; one vmapped gradient a turn."""

    single = False
    """Whether a program holds one replica only, whose pictures then have their channels last."""

    def __init__(self, replicas: Sequence[Replica]) -> None:
        # A single replica runs as a stack of two: a stack of one takes other kernels and differs in the last bits, so
        # how replicas are chunked would show in their numbers.
        self.asked = len(replicas)
        one = replicas[0]
        alone = self.asked == 1 and not self.single
        super().__init__([one, Replica(one.training, one.seed, one.device, one.kin)] if alone else replicas)
        models = [replica.model for replica in self.replicas]
        self.skeleton = copy.deepcopy(models[0])  # moving it to the meta device would untie tied weights
        named = [dict(model.named_parameters()) for model in models]
        stacked = {name: torch.stack([one[name].detach() for one in named]) for name in named[0]}
        trained = {name: value for name, value in stacked.items() if named[0][name].requires_grad}
        self.players = players(self.replicas, trained, channels_last=self.single)
        self.held = {name: view for player in self.players for name, view in player.views.items()}
        self.held |= {name: value for name, value in stacked.items() if name not in self.held}  # trained by no turn
        masks = set(self.replicas[0].masks.names)
        buffers = [dict(model.named_buffers()) for model in models]
        self.buffers = {name: torch.stack([one[name] for one in buffers]) for name in buffers[0] if name not in masks}
        self.held |= self.buffers
        for row, model in enumerate(models):
            _look_at(model, {name: value[row] for name, value in self.held.items()})
        self.samples = Samples(self.replicas)
        self.looked_at: dict[str, tuple[Tensor, Tensor]] = {}

    def fixed(self, player: Player) -> dict[str, Tensor]:
        """What a turn reads and does not update: buffers, and the parameters of the others."""
        return {name: value for name, value in self.held.items() if name not in player.views}

    def gradient(self, player: Player) -> Gradient:
        """The vmapped gradient of one turn's objective."""
        skeleton = Objective(self.skeleton, player.objective)

        def objective(
            parameters: dict[str, Tensor], fixed: dict[str, Tensor], masks: dict[str, Tensor],
            x: Tensor, y: Tensor, noise: tuple[Tensor, ...],
        ) -> Tensor:  # fmt: skip
            begin(self.skeleton, player.number)
            state = {f"model.{name}": value for name, value in {**fixed, **masks, **parameters}.items()}
            with sdpa_kernel(SDPBackend.MATH):  # the fused attention of a processor has no form for many replicas
                loss: Tensor = functional_call(skeleton, state, (x, y, *noise))
            return loss

        mapped: Gradient = vmap(grad_and_value(objective))
        return mapped

    def advance(self, steps: int) -> Tensor:
        # Nothing here asks for a gradient, but where one could, oneDNN's LSTM keeps what its backward pass needs.
        with torch.set_grad_enabled(self.single):
            losses = [self.updates(portion) for portion in self.samples.portions(steps)]
        for row, state in self.frozen.items():
            self.replicas[row].take(state)
        return torch.cat(losses)[..., : self.asked].permute(2, 0, 1).cpu()

    def updates(self, portion: Portion) -> Tensor:
        """The updates of some steps; (steps, turns, replicas) losses."""
        return torch.stack([self.update(portion, step) for step in range(len(portion.order))])

    def update(self, portion: Portion, step: int) -> Tensor:
        """One step: every turn in its order; (turns, replicas) losses."""
        made = []
        count = portion.order.shape[1]
        for player in self.players:
            losses = []
            for batch in range(count):
                masks = {name: mask[step, batch] for name, mask in portion.masks.items()}
                noise = tuple(one[step, batch, player.number] for one in portion.noise)
                x, y = (gathered(sets, portion.order[step, batch]) for sets in (self.samples.x, self.samples.y))
                gradients, loss = self.asked_for(player, masks, x, y, noise)
                player.take(gradients, batch == 0)
                losses.append(loss)
            player.step(count)
            made.append(torch.stack(losses).mean(0))
        return torch.stack(made)

    def asked_for(
        self, player: Player, masks: dict[str, Tensor], x: Tensor, y: Tensor, noise: tuple[Tensor, ...]
    ) -> tuple[Sequence[Tensor], Tensor]:
        """The gradients of one batch of one turn, in the order of the player's views, and the (replicas,) losses."""
        gradients, losses = self.gradient(player)(player.views, self.fixed(player), masks, x, y, noise)
        return [gradients[name] for name in player.views], losses

    def look(self) -> list[dict[str, float]]:
        layers = [name for name, _ in self.replicas[0].model.named_parameters()]
        gradients = {name: value for player in self.players for name, value in player.gradients.items()}
        return by_row({**self._evaluated("test", whole=True), **norms(gradients, layers, axes=1)})[: self.asked]

    def validate(self) -> list[float]:
        return self._evaluated("validation", whole=False)["loss"].tolist()[: self.asked]

    def _evaluated(self, part: str, whole: bool) -> dict[str, Tensor]:
        """(replicas,) numbers by name, all replicas at once where their samples fit in one tensor."""
        loss = self.kin.loss
        if loss is None:
            return {}
        inputs = [getattr(replica, f"x_{part}") for replica in self.replicas]
        size = sum(x.numel() * x.element_size() for x in inputs)
        if self.single or size > TOGETHER or len({x.shape for x in inputs}) > 1:
            rows = [self.evaluated_alone(replica, part, whole) for replica in self.replicas]
            return {name: torch.tensor([row[name] for row in rows]) for name in rows[0]}
        if part not in self.looked_at:
            self.looked_at[part] = torch.stack(inputs), torch.stack([getattr(r, f"y_{part}") for r in self.replicas])
        state = {f"model.{name}": value for name, value in self.held.items()}
        sights = {first: Sight(self.skeleton.eval(), loss, whole and first) for first in (True, False)}
        try:
            with torch.no_grad():
                return evaluated(
                    lambda x, y, first: vmap(partial(functional_call, sights[first]))(state, (x, y)),
                    *self.looked_at[part], axis=1,
                )  # fmt: skip
        finally:
            self.skeleton.train()

    def gradients(self, row: int) -> dict[str, Tensor]:
        return {name: value[row] for player in self.players for name, value in player.gradients.items()}


def _look_at(model: nn.Module, values: dict[str, Tensor]) -> None:
    """Have a model's parameters and buffers be these tensors, so that it is always as its row is."""
    for module_name, module in model.named_modules():
        prefix = f"{module_name}." if module_name else ""
        for name, parameter in module.named_parameters(recurse=False):
            if prefix + name in values:  # a tied weight stands under its first name, and is one object
                parameter.data = values[prefix + name]
        for name, _ in module.named_buffers(recurse=False):
            if prefix + name in values:
                module._buffers[name] = values[prefix + name]
